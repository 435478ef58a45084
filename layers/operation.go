package layers

import "fmt"

// multiplication is op(a) [m,k] times op(b) [k,n].
type multiplication struct {
	m, n, k        int
	transA, transB bool
	finish         finish
}

// finish is what becomes of a product before it is written.
type finish uint8

const (
	plain    finish = iota // nothing
	finished               // an activation or a summand
	biased                 // and a bias for each column
)

func (p product) operation() multiplication {
	o := multiplication{m: p.m, n: p.n, k: p.k, transA: p.transA, transB: p.transB}
	switch {
	case !p.bias.IsZero():
		o.finish = biased
	case !p.e.IsZero() || p.act != Identity:
		o.finish = finished
	}
	return o
}

func (o multiplication) String() string {
	layout := func(trans bool) string {
		if trans {
			return "T"
		}
		return "N"
	}
	text := fmt.Sprintf("product %dx%dx%d %s%s", o.m, o.n, o.k, layout(o.transA), layout(o.transB))
	return text + []string{"", " finish", " bias"}[o.finish]
}

// pass is one of the three of a convolution x → y, for so many batch items.
type pass struct {
	kind           passKind
	rows           int
	x, y           Shape
	kernel, stride int
	padY, padX     int
}

type passKind uint8

const (
	forwardPass passKind = iota
	dataPass             // the gradient of x, or the transposed convolution
	filterPass           // the gradient of w
)

func (c *convolution) pass(kind passKind, rows int) pass {
	return pass{kind: kind, rows: rows, x: c.x, y: c.y, kernel: c.kernel, stride: c.stride, padY: c.padY, padX: c.padX}
}

func (p pass) String() string {
	return fmt.Sprintf("convolution %s %dx%dx%dx%d to %dx%dx%d kernel %d stride %d pad %d,%d",
		[]string{"forward", "data", "filter"}[p.kind], p.rows, p.x.H, p.x.W, p.x.C, p.y.H, p.y.W, p.y.C, p.kernel, p.stride, p.padY, p.padX)
}
