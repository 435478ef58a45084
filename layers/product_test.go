package layers

import (
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/vk"
)

// A left operand that is taken in blocks of rows, the last of them shorter.
func TestBlocksOfRows(t *testing.T) {
	d := devicetest.Open(t, vk.Options{})
	operations := []multiplication{{m: 2101, n: 20, k: 1024}, {m: 20, n: 4100, k: 513, transB: true}, {m: 530, n: 600, k: 4096, transA: true}}
	if wide(d) {
		operations = append(operations, multiplication{m: 6001, n: 70, k: 200, transA: true})
	}
	for _, o := range operations {
		if v := o.builtIn(d); d.CPU() {
			m, _ := o.sides(v)
			left := product{m: m, k: o.k, transA: o.leftTransposed(v)}
			if _, blocks := left.blocks(ceil(m, int(v.lanes.rows))); blocks < 2 {
				t.Errorf("%s is taken in one block", o)
			}
		}
		try, err := newTryout(d, o)
		if err != nil {
			t.Fatal(err)
		}
		defer try.free()
		if err := try.verify(o.builtIn(d)); err != nil {
			t.Errorf("%s: %v", o, err)
		}
	}
}

func TestBlocksHoldEveryTile(t *testing.T) {
	for _, p := range []product{{m: 6272, k: 1024}, {m: 2049, k: 1024}, {m: 2048, k: 1024}, {m: 7, k: 1 << 20}, {m: 39200, k: 125}, {m: 6272, k: 200, transA: true}} {
		for _, tiles := range []uint32{ceil(p.m, 6), ceil(p.m, 4), 1} {
			per, blocks := p.blocks(tiles)
			if per*blocks < tiles || per*(blocks-1) >= tiles {
				t.Errorf("%d×%d, %d tiles: %d blocks of %d", p.m, p.k, tiles, blocks, per)
			}
		}
	}
}
