package canvas

import (
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/vk"
)

var update = flag.Bool("update", false, "rewrite testdata")

func TestMain(m *testing.M) {
	devicetest.Storm()
	os.Exit(m.Run())
}

// each runs a test on the device's builds.
func each(t *testing.T, test func(t *testing.T, d *vk.Device)) {
	first := devicetest.Open(t, vk.Options{})
	for _, b := range first.Info().Builds() {
		t.Run(b.String(), func(t *testing.T) { test(t, devicetest.Open(t, vk.Options{Build: &b, Guard: true})) })
	}
}

func words[T float32 | uint32](t *testing.T, d *vk.Device, values []T) vk.Range {
	t.Helper()
	b, err := d.NewBuffer("values", 4*int64(len(values)), vk.Local)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Free)
	if err := d.Upload(b.All(), vk.Bytes(values)); err != nil {
		t.Fatal(err)
	}
	return b.All()
}

// scenery is a picture of everything there is.
func scenery(t *testing.T, d *vk.Device) (*Painter, *Canvas) {
	const side = 28
	images := make([]float32, 3*side*side)
	for i := range images {
		x, y := float64(i%side)-13.5, float64(i/side%side)-13.5
		images[i] = float32(0.5 + 0.5*math.Cos(math.Hypot(x, y)*float64(1+i/side/side)/4))
	}
	counts := make([]uint32, 12*11)
	for k := range 12 {
		counts[k*11+k%11] = 50
		counts[k*11+(3*k)%11] += 20
	}
	clear(counts[4*11 : 5*11])
	a, err := NewAtlas(1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPainter(d, a, words(t, d, images), words(t, d, counts))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Free)
	c := &Canvas{}
	c.Reset(image.Pt(500, 300))
	c.Fill(image.Rectangle{Max: c.Size}, RGB(18, 20, 24))
	x := c.Text(image.Pt(10, 8), a.Large, "InfoGAN × 10", RGB(236, 238, 242))
	c.Text(image.Pt(20+x, 14), a.Bold, "bold ←→", RGB(255, 176, 59))
	c.Text(image.Pt(10, 36), a.Small, "the quick brown fox: 0123456789 ≠", RGB(140, 146, 156))
	size := image.Pt(side, side)
	c.Image(image.Rect(10, 60, 10+3*side, 60+3*side), 0, size, false)
	c.Image(image.Rect(104, 60, 104+3*side, 60+3*side), 1, size, true)
	c.Image(image.Rect(198, 60, 210, 72), 2, size, true)
	c.Frame(image.Rect(8, 58, 12+3*side, 62+3*side), 2, RGB(96, 200, 255))
	table := Table{Rows: 12, Classes: 11}
	c.Heat(image.Rect(260, 60, 260+11*14, 60+12*14), table, RGB(255, 176, 59))
	for k := range table.Rows {
		c.Class(image.Pt(430, 60+k*14), a.Small, table, k, RGB(255, 255, 255))
	}
	for k := range 30 {
		at := func(k int) Point { return Point{10 + 8*float64(k), 200 + 30*math.Sin(float64(k)/3)} }
		c.Line(at(k), at(k+1), 1.5, RGB(92, 178, 255))
	}
	c.Line(Point{300, 250}, Point{300, 250}, 12, RGB(112, 214, 130))
	c.Fill(image.Rect(-10, 240, 120, 400), RGB(255, 112, 97).Fade(120))
	return p, c
}

func paint(t *testing.T, d *vk.Device, p *Painter, c *Canvas, bgr bool) *image.RGBA {
	t.Helper()
	if err := p.SetSize(c.Size, bgr); err != nil {
		t.Fatal(err)
	}
	ticket, err := p.Paint(c)
	if err == nil {
		err = d.Wait(ticket)
	}
	if err != nil {
		t.Fatal(err)
	}
	picture, err := p.Picture()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.CheckGuards(); err != nil {
		t.Error(err)
	}
	return picture
}

// A picture of everything, as it was when a person looked at it.
func TestGolden(t *testing.T) {
	path := filepath.Join("testdata", "scenery.png")
	each(t, func(t *testing.T, d *vk.Device) {
		p, c := scenery(t, d)
		for _, bgr := range []bool{true, false} {
			got := paint(t, d, p, c, bgr)
			if *update {
				save(t, path, got)
			}
			compare(t, got, load(t, path))
		}
	})
}

// Painting again after a change shows the change, also when there is more to draw than before, or another size; a tile has up to a thousand
// items, on a slow driver a ninth, since Mesa 22.3.6 ends all of an invocation's loops after 65,535 turns together.
func TestPaintingAgain(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		p, c := scenery(t, d)
		first := paint(t, d, p, c, false)
		side := 1
		if os.Getenv("VKGAN_TEST_SLOW") == "1" {
			side = 3
		}
		c.Reset(image.Pt(70*side, 40*side))
		for i := range 2000 {
			at := image.Pt(i%70, i/70).Mul(side)
			c.Fill(image.Rectangle{at, at.Add(image.Pt(side, side))}, RGB(uint8(i), uint8(i>>8), 9))
		}
		got := paint(t, d, p, c, false)
		for i := range 2000 {
			at := image.Pt(i%70, i/70).Mul(side).Add(image.Pt(i%side, i/2%side))
			if want := (color.RGBA{uint8(i), uint8(i >> 8), 9, 255}); got.RGBAAt(at.X, at.Y) != want {
				t.Fatalf("pixel %v is %v, want %v", at, got.RGBAAt(at.X, at.Y), want)
			}
		}
		_, again := scenery(t, d)
		compare(t, paint(t, d, p, again, false), first)
	})
}

func compare(t *testing.T, got, want *image.RGBA) {
	t.Helper()
	if got.Rect != want.Rect {
		t.Fatalf("the picture is %v, want %v", got.Rect, want.Rect)
	}
	off := 0
	for i := range got.Pix {
		d := int(got.Pix[i]) - int(want.Pix[i])
		if d < -2 || d > 2 {
			t.Fatalf("byte %d of pixel (%d,%d) is %d, want %d", i%4, i/4%got.Rect.Dx(), i/4/got.Rect.Dx(), got.Pix[i], want.Pix[i])
		}
		if d != 0 {
			off++
		}
	}
	if off > len(got.Pix)/100 {
		t.Errorf("%d of %d bytes differ", off, len(got.Pix))
	}
}

func save(t *testing.T, path string, picture image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, picture); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, path string) *image.RGBA {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	picture, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewRGBA(picture.Bounds())
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.Set(x, y, picture.At(x, y))
		}
	}
	return out
}

// What is listed for a tile is what touches it, in order, without what a full rectangle hides.
func TestTiles(t *testing.T) {
	c := &Canvas{}
	c.Reset(image.Pt(70, 40)) // 3 × 2 tiles
	red := RGB(255, 0, 0)
	c.Fill(image.Rect(0, 0, 70, 40), red)            // 0: hides nothing yet
	c.Fill(image.Rect(31, 31, 33, 33), red)          // 1: four tiles
	c.Fill(image.Rect(32, -5, 70, 35), red)          // 2: tiles 1 and 2 whole
	c.Fill(image.Rect(64, 32, 90, 90), red.Fade(99)) // 3: tile 5, which it does not hide
	c.Fill(image.Rect(200, 0, 300, 10), red)         // 4: nowhere
	c.Fill(image.Rect(5, 5, 5, 9), red)              // empty: no item
	var s scene
	s.cut(c)
	want := [][]uint32{{0, 1}, {2}, {2}, {0, 1}, {0, 1, 2}, {0, 2, 3}}
	if len(s.tiles) != len(want)+1 || len(s.items) != 5*itemWords {
		t.Fatalf("%d tiles, %d words of items", len(s.tiles)-1, len(s.items))
	}
	for i, list := range want {
		got := s.lists[s.tiles[i]:s.tiles[i+1]]
		if len(got) != len(list) {
			t.Errorf("tile %d has %v, want %v", i, got, list)
			continue
		}
		for k := range list {
			if got[k] != list[k] {
				t.Errorf("tile %d has %v, want %v", i, got, list)
			}
		}
	}
}
