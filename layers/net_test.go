package layers

import (
	"os"
	"testing"

	"vkgan/layers/ref"
	"vkgan/vk"
)

// spareRows is how much longer batches the networks are built for than they get.
const spareRows = 3

// netTest is a network to be compared with its oracle.
type netTest struct {
	name     string
	in       Shape
	layers   []Config
	rows     int
	backward int     // rows; 0: as many as forward
	groups   int     // 0: 1
	dx       int     // rows of the input's gradient; 0: all of the backward rows
	offset   float64 // added to x
	half     bool    // all values are numbers of fp16, those of dy such that they are under gradientScale alone
}

// compare runs the network forward and backward on the device, twice in one submission, and compares outputs and all
// gradients with the oracle's. Memory that the network should write holds NaN before, and so do the gaps between
// parameters.
func (c netTest) compare(t *testing.T, d *vk.Device) {
	t.Helper()
	if c.backward == 0 {
		c.backward = c.rows
	}
	if c.dx == 0 {
		c.dx = c.backward
	}
	c.groups = max(c.groups, 1)
	b := NewBuilder(d, c.name, Batch{Forward: c.rows + spareRows, Backward: c.backward + spareRows, Groups: c.groups})
	defer b.Free()
	net := b.Sequence(c.in, c.layers...)
	params, err := b.Finish(1, 0)
	if err != nil {
		t.Error(err)
		return
	}
	x, dy, kept := b.tensor("x", c.rows, c.in), b.tensor("dy", c.backward, net.Out), b.tensor("kept", c.backward, net.Out)
	poison(t, d, b)

	p, dp := tensors{}, tensors{}
	for i, param := range params.All {
		p[param.Name] = random(uint64(100+i), param.Len())
		if c.half {
			c.toHalf(p[param.Name], 1)
		}
		upload(t, d, param.Value(), narrow(p[param.Name]))
	}
	for i, s := range params.Statistics {
		p[s.Name] = random(uint64(200+i), int(s.Range.Bytes()/4))
		upload(t, d, s.Range, narrow(p[s.Name]))
	}
	xs, dys := random(1, x.elements()), random(2, dy.elements())
	for i := range xs {
		xs[i] = float64(float32(xs[i] + c.offset))
	}
	if c.half {
		c.toHalf(xs, 1)
		c.toHalf(dys, tiny)
	}
	upload(t, d, x.Data, narrow(xs))
	upload(t, d, kept.Data, narrow(dys))

	rec := d.NewRecorder(c.name)
	rec.Copy(dy.Data, kept.Data)
	y := net.Forward(rec, x.InGroups(c.groups))
	dx := net.Backward(rec, dy, c.dx)
	program, err := rec.End()
	if err != nil {
		t.Error(err)
		return
	}
	defer program.Free()
	run(t, d, program, 2)
	checkGuards(t, d)

	oracle := newChain(c.in, c.layers, c.rows, c.groups, p, dp)
	wantY := oracle.forward(xs)
	wantDx := oracle.backward(dys)
	near(t, c.name+": y", download[float32](t, d, y.Data), wantY, 1)
	near(t, c.name+": dx", download[float32](t, d, dx.Data), wantDx[len(wantDx)-c.dx*c.in.Size():], 1)
	if y.Rows != c.rows || y.Shape != net.Out || dx.Rows != c.dx || dx.Shape != c.in {
		t.Errorf("%s: y is %d rows of %v, dx %d of %v", c.name, y.Rows, y.Shape, dx.Rows, dx.Shape)
	}
	if len(dp) != len(params.All) {
		t.Errorf("%s: %d parameters, the oracle has %d", c.name, len(params.All), len(dp))
	}
	for _, param := range params.All {
		near(t, c.name+": gradient of "+param.Name, download[float32](t, d, param.Grad()), dp[param.Name], 1)
	}
}

// tiny makes gradients of a size of which fp16 has few numbers.
const tiny = 0x1p-20

func (netTest) toHalf(x []float64, scale float64) {
	for i := range x {
		x[i] = ref.Half(x[i]) * scale
	}
}

// poison fills all of a network's memory with NaN.
func poison(t *testing.T, d *vk.Device, b *Builder) {
	t.Helper()
	rec := d.NewRecorder("poison")
	for _, buffer := range b.buffers {
		rec.Fill(buffer.All(), 0x7FC00000)
	}
	p, err := rec.End()
	if err != nil {
		t.Fatal(err)
	}
	run(t, d, p, 1)
	p.Free()
}

// compareAll compares the networks on every device variant. Kernels are compiled for each shape, those for GPUs for about
// a second each on a CPU driver, so shapes are shared out: addresses and the processor's own kernels get them all, the
// other variants some. With VKGAN_TEST_ALL=1 every variant gets every shape; in short mode all get few.
func compareAll(t *testing.T, tests []netTest) {
	each(t, func(t *testing.T, d *vk.Device) {
		every, from := 1, 0
		switch {
		case d.Info().Type != vk.CPU || os.Getenv("VKGAN_TEST_ALL") == "1":
		case d.CPU() && d.Build() == vk.Storage:
			every = 2
		case !d.CPU():
			every = 3
			from = int(d.Build()) // not the same for both builds
		}
		if testing.Short() {
			every *= 3
		}
		for i := from; i < len(tests); i += every {
			tests[i].compare(t, d)
		}
	})
}
