package layers

import (
	"vkgan/shaders"
	"vkgan/vk"
)

// packing describes an operand for the lanes family: planes × terms × columns, or planes × columns × terms in memory
// where trans. inner, if not 0, is the batch size of terms that shall become pixel by pixel.
type packing struct {
	planes, terms, columns int
	trans                  bool
	inner                  int
	scale                  vk.Range // [terms], their factors; none: 1
}

// packedSize is the most float32 that packed columns take, whatever the tile.
func packedSize(terms, columns int) int {
	return terms * (columns + widest)
}

// tiledBytes is what packed columns take in tiles of so many.
func tiledBytes(terms, columns, width int) int64 {
	return 4 * int64(terms) * int64(ceil(columns, width)) * int64(width)
}

// widest is the most columns, or rows, of a tile of the lanes family.
const widest = 48

// pack records y = x in tiles of width columns (pack.comp).
func pack(rec *vk.Recorder, x, y vk.Range, p packing, columns int) {
	const per = 64
	local := width(rec)
	runs := ceil(columns, int(local))
	if !p.trans {
		p.planes, p.terms = 1, p.planes*p.terms
	}
	rec.DispatchWork(shaders.Pack{
		X: x, Scale: p.scale, Y: y, Planes: int32(p.planes), Terms: int32(p.terms), Columns: int32(p.columns), Width: int32(columns), Inner: int32(max(p.inner, 1)),
		Local: local, TRANS: p.trans, INNER: p.inner > 1, SCALE: !p.scale.IsZero(), NEAR: !p.trans && columns <= p.columns, PER: per, NV: int32(runs), PAIRS: runs == 2 && columns%2 == 0 && (p.trans || p.columns%2 == 0),
		Groups: [3]uint32{uint32(p.planes) * ceil(p.terms, per), ceil(p.columns, columns), 1},
	}, vk.Work{Bytes: 2 * 4 * float64(p.planes*p.terms*p.columns)})
}
