package canvas

// tileSize is the side of the tiles that a picture is cut into, in pixels.
const tileSize = 32

// scene is a canvas as compose.comp wants it.
type scene struct {
	items []uint32 // [n,12]
	tiles []uint32 // [tiles+1]
	lists []uint32
}

// tilesAlong is the number of tiles that cover so many pixels.
func tilesAlong(pixels int) int { return (pixels + tileSize - 1) / tileSize }

// cut finds the items that touch each tile. What an opaque rectangle hides in all of a tile is left out there.
func (s *scene) cut(c *Canvas) {
	columns, rows := tilesAlong(c.Size.X), tilesAlong(c.Size.Y)
	touching := make([][]uint32, columns*rows)
	s.items = s.items[:0]
	for n, i := range c.items {
		s.items = append(s.items, i.kind, uint32(i.left), uint32(i.top), uint32(i.right), uint32(i.bottom), uint32(i.colour))
		for _, a := range i.args {
			s.items = append(s.items, uint32(a))
		}
		left, right := max(0, int(i.left)), min(c.Size.X, int(i.right))
		top, bottom := max(0, int(i.top)), min(c.Size.Y, int(i.bottom))
		if left >= right || top >= bottom {
			continue
		}
		for y := top / tileSize; y <= (bottom-1)/tileSize; y++ {
			for x := left / tileSize; x <= (right-1)/tileSize; x++ {
				t := y*columns + x
				if i.hides(x, y, c) {
					touching[t] = touching[t][:0]
				}
				touching[t] = append(touching[t], uint32(n))
			}
		}
	}
	s.tiles, s.lists = s.tiles[:0], s.lists[:0]
	for _, list := range touching {
		s.tiles = append(s.tiles, uint32(len(s.lists)))
		s.lists = append(s.lists, list...)
	}
	s.tiles = append(s.tiles, uint32(len(s.lists)))
}

// hides reports whether the item covers all of a tile that is on the canvas.
func (i item) hides(x, y int, c *Canvas) bool {
	return i.kind == kindFill && i.colour>>24 == 255 &&
		int(i.left) <= x*tileSize && int(i.top) <= y*tileSize &&
		int(i.right) >= min(c.Size.X, (x+1)*tileSize) && int(i.bottom) >= min(c.Size.Y, (y+1)*tileSize)
}
