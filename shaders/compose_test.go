package shaders_test

import (
	"math"

	"vkgan/shaders"
)

// picture is what compose draws: items of 12 words, with the arrays that they draw from.
type picture struct {
	width, height int
	items         [][12]int
	atlas         []byte
	images        []float32
	counts        []uint32
}

func testCompose(r *rig) {
	type compose struct {
		width, height, tile int
		bgr                 bool
	}
	each(r, []compose{{100, 70, 32, false}, {1, 1, 32, true}, {64, 32, 16, true}, {33, 97, 16, false}, {131, 5, 32, true}}, func(r *rig, c compose) {
		p := r.picture(c.width, c.height)
		columns, rows := ceil(c.width, c.tile), ceil(c.height, c.tile)
		var items, tiles, lists []uint32
		for _, i := range p.items {
			for _, w := range i {
				items = append(items, uint32(int32(w)))
			}
		}
		for range columns * rows { // every item in every tile: where it is drawn is the kernel's matter
			tiles = append(tiles, uint32(len(lists)))
			for n := range p.items {
				lists = append(lists, uint32(n))
			}
		}
		tiles = append(tiles, uint32(len(lists)))
		atlas := make([]uint32, (len(p.atlas)+3)/4)
		for i, v := range p.atlas {
			atlas[i/4] |= uint32(v) << (8 * (i % 4))
		}
		pixels := r.out(c.width * c.height)
		r.run(shaders.Compose{
			Items: r.uints(items).Range, Tiles: r.uints(tiles).Range, Lists: r.uints(lists).Range, Atlas: r.uints(atlas).Range,
			Images: r.floats(p.images).Range, Counts: r.uints(p.counts).Range, Pixels: pixels.Range,
			Width: int32(c.width), Height: int32(c.height), LastItem: uint32(len(p.items) - 1), LastCount: uint32(len(p.counts) - 1),
			Local: uint32(min(r.lanes(), c.tile)), TILE: int32(c.tile), BGR: c.bgr,
			Groups: [3]uint32{columns, rows, 1},
		})
		off := 0
		for i, got := range r.download(pixels.Range) {
			want := p.at(i%c.width, i/c.width)
			if c.bgr {
				want[0], want[2] = want[2], want[0]
			}
			for k := range 4 {
				d := int(got>>(8*k)&255) - want[k]
				if d != 0 {
					off++
				}
				if d < -2 || d > 2 { // rounding of a coverage, an interpolation, a share
					r.Fatalf("pixel (%d,%d) is %#08x, want %v", i%c.width, i/c.width, got, want)
				}
			}
		}
		if most := c.width*c.height/20 + 1; off > most {
			r.Errorf("%d bytes differ from the oracle's", off)
		}
	})
}

// picture draws up items of every kind, some beyond the edges.
func (r *rig) picture(width, height int) picture {
	const glyph = 5 * 7
	p := picture{width: width, height: height, atlas: make([]byte, 10*glyph+3), images: r.normals(3 * 6 * 4), counts: r.below(4*12, 9)}
	for i := range p.atlas {
		p.atlas[i] = byte(r.IntN(256))
	}
	p.images[0] = float32(math.NaN())
	clear(p.counts[12:24]) // an empty row
	p.counts[24+11] = 100  // class 11
	box := func(w, h int) (x0, y0, x1, y1 int) {
		x0, y0 = r.IntN(width+10)-10, r.IntN(height+10)-10
		return x0, y0, x0 + w, y0 + h
	}
	colour := func() int { return int(r.Uint32()) }
	for range 4 {
		x0, y0, x1, y1 := box(1+r.IntN(60), 1+r.IntN(40))
		p.items = append(p.items, [12]int{0, x0, y0, x1, y1, colour()})
		x0, y0, x1, y1 = box(5, 7)
		p.items = append(p.items, [12]int{1, x0, y0, x1, y1, colour(), glyph * r.IntN(10)})
		for smooth := range 2 {
			x0, y0, x1, y1 = box(4+r.IntN(40), 6+r.IntN(40))
			p.items = append(p.items, [12]int{2, x0, y0, x1, y1, 255 << 24, 24 * r.IntN(3), 4, 6, smooth})
		}
		x0, y0, x1, y1 = box(24+r.IntN(30), 12+r.IntN(30))
		p.items = append(p.items, [12]int{3, x0, y0, x1, y1, colour(), 0, 4, 12})
		for place := range 2 {
			x0, y0, x1, y1 = box(5, 7)
			p.items = append(p.items, [12]int{4, x0, y0, x1, y1, colour(), 12 * r.IntN(4), 12, 1, place})
		}
		x0, y0, x1, y1 = box(1+r.IntN(50), 1+r.IntN(50))
		p.items = append(p.items, [12]int{5, x0 - 3, y0 - 3, x1 + 3, y1 + 3, colour(), 16 * x0, 16*y0 + 5, 16*x1 - 3, 16 * y1, 8 + r.IntN(32)})
	}
	p.items = append(p.items, [12]int{5, 0, 0, 9, 9, colour(), 64, 64, 64, 64, 24}) // a point
	return p
}

// at is the pixel's R, G, B and A.
func (p picture) at(x, y int) [4]int {
	var c [3]int
	for _, i := range p.items {
		if x < i[1] || x >= i[3] || y < i[2] || y >= i[4] {
			continue
		}
		over, alpha := [3]int{i[5] & 255, i[5] >> 8 & 255, i[5] >> 16 & 255}, i[5]>>24&255
		dx, dy, w, h := x-i[1], y-i[2], i[3]-i[1], i[4]-i[2]
		switch a := i[6:]; i[0] {
		case 1:
			alpha = alpha * int(p.atlas[a[0]+dy*w+dx]) / 255
		case 2:
			v := p.image(a, dx, dy, w, h)
			over = [3]int{v, v, v}
		case 3:
			row := p.counts[a[0]+dy*a[1]/h*a[2]:][:a[2]]
			alpha = alpha * share(row, dx*a[2]/w) / 255
		case 4:
			alpha = alpha * p.digit(a, dx, dy, w, h) / 255
		case 5:
			alpha = alpha * near(a, x, y) / 255
		}
		for k := range c {
			c[k] = (over[k]*alpha + c[k]*(255-alpha) + 127) / 255
		}
	}
	return [4]int{c[0], c[1], c[2], 255}
}

func level(v float64) int {
	if !(v > 0) {
		return 0
	}
	return int(min(v, 1)*255 + 0.5)
}

func (p picture) image(a []int, x, y, w, h int) int {
	pixel := func(x, y int) float64 { return float64(p.images[a[0]+y*a[1]+x]) }
	if a[3] == 0 {
		return level(pixel(x*a[1]/w, y*a[2]/h))
	}
	place := func(at, size, pixels int) (int, int, float64) {
		v := min(max((float64(at)+0.5)*float64(pixels)/float64(size)-0.5, 0), float64(pixels-1))
		return int(v), min(int(v)+1, pixels-1), v - math.Floor(v)
	}
	x0, x1, fx := place(x, w, a[1])
	y0, y1, fy := place(y, h, a[2])
	row := func(y int) float64 { return pixel(x0, y)*(1-fx) + pixel(x1, y)*fx }
	return level(row(y0)*(1-fy) + row(y1)*fy)
}

func share(row []uint32, column int) int {
	sum := 0
	for _, n := range row {
		sum += int(n)
	}
	if sum == 0 {
		return 0
	}
	return int(float64(row[column])/float64(sum)*255 + 0.5)
}

func (p picture) digit(a []int, x, y, w, h int) int {
	row := p.counts[a[0]:][:a[1]]
	best, most := 0, uint32(0)
	for k, n := range row {
		if n > most {
			best, most = k, n
		}
	}
	number := best % 10
	if a[3] == 1 {
		number = best / 10
	}
	if most == 0 || a[3] == 1 && best < 10 {
		return 0
	}
	return int(p.atlas[a[2]+(number*h+y)*w+x])
}

// near is how much of a pixel a line covers, by its distance.
func near(a []int, x, y int) int {
	px, py := float64(x)+0.5, float64(y)+0.5
	ax, ay, dx, dy := float64(a[0])/16, float64(a[1])/16, float64(a[2]-a[0])/16, float64(a[3]-a[1])/16
	t := 0.0
	if along := dx*dx + dy*dy; along > 0 {
		t = min(max(((px-ax)*dx+(py-ay)*dy)/along, 0), 1)
	}
	return level(min(max(float64(a[4])/16+0.5-math.Hypot(px-ax-t*dx, py-ay-t*dy), 0), 1))
}
