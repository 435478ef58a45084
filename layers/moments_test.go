package layers

import (
	"fmt"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/vk"
)

// measuredNets are a layer and its batch-norm, where the layer's kernels take the moments, or some of them.
// Its activation is smooth: of so many elements one may be so close to 0 that float32 sees it on the other side.
func measuredNets() []netTest {
	net := func(rows, groups int, in Shape, layer Config) netTest {
		return netTest{name: fmt.Sprintf("%d/%d×%v, %T", rows, groups, in, layer), in: in, rows: rows, groups: groups, layers: []Config{layer, BatchNorm{Name: "n", Act: Softplus}}}
	}
	return []netTest{
		net(130, 2, Vector(40), Linear{Name: "l", Out: 35}),
		net(14, 2, Shape{8, 6, 9}, Conv2D{Name: "c", Out: 17, Kernel: 5, Stride: 2, Bias: true, Act: LeakyReLU}),
		net(22, 2, Shape{3, 4, 17}, Deconv2D{Name: "d", Out: 33, Kernel: 5, Stride: 2}),
		net(130, 2, Shape{10, 8, 32}, Conv2D{Name: "c", Out: 32, Kernel: 5, Stride: 2}), // minimal filtering
		net(100, 1, Vector(60), Linear{Name: "l", Out: 130, Bias: true, Act: ReLU}),
		net(13, 1, Shape{4, 3, 12}, Deconv2D{Name: "d", Out: 20, Kernel: 4, Stride: 2, Bias: true, Act: Sigmoid}),
		net(66, 3, Shape{4, 4, 9}, Conv2D{Name: "c", Out: 20, Kernel: 3, Stride: 1}),
		net(2, 2, Vector(7), Linear{Name: "l", Out: 9}),                                           // tiles larger than a group
		net(6, 2, Vector(2100), Linear{Name: "l", Out: 20}),                                       // sums in splits
		net(5, 1, Shape{2, 2, 9}, Deconv2D{Name: "d", Out: 8, Kernel: 5, Stride: 3, Pad: pad(1)}), // phases of different sizes
		net(40, 2, Shape{8, 8, 1}, Conv2D{Name: "c", Out: 20, Kernel: 5, Stride: 2}),              // unfolded
	}
}

func TestMeasured(t *testing.T) { compareAll(t, measuredNets()) }

// What a kernel takes the moments of is not read again for them, and what is added up of splits is read once.
func TestMeasuredIsNotReadAgain(t *testing.T) {
	for _, asGPU := range []bool{false, true} {
		for _, c := range measuredNets()[:7] {
			d := devicetest.Open(t, vk.Options{AsGPU: asGPU}).Rehearsal()
			b := NewBuilder(d, c.name, Batch{Forward: c.rows, Backward: c.rows, Groups: c.groups})
			net := b.Sequence(c.in, c.layers...)
			if _, err := b.Finish(1, 0); err != nil {
				t.Fatal(err)
			}
			x := b.tensor("x", c.rows, c.in).InGroups(c.groups)
			count := func(steps func(rec *vk.Recorder)) (n map[string]int) {
				rec := d.NewRecorder(c.name)
				steps(rec)
				n = map[string]int{}
				for _, command := range rec.Commands() {
					n[command.Kernel]++
				}
				return n
			}
			forward := func(rec *vk.Recorder) { net.Forward(rec, x) }
			alone := count(func(rec *vk.Recorder) { net.layers[1].Forward(rec, net.layers[0].Forward(rec, x)) })
			if alone["bn_stats"] != 1 {
				t.Errorf("%s, as GPU %v: layers one by one: %v", c.name, asGPU, alone)
			}
			for _, steps := range []func(rec *vk.Recorder){
				forward,
				func(rec *vk.Recorder) { net.Calibrate(rec, x.InGroups(1), 1) },
				func(rec *vk.Recorder) { forward(rec); net.Infer(rec, x); net.Again(rec, x) },
			} {
				if n := count(steps); n["bn_stats"] != alone["sum_partials"] {
					t.Errorf("%s, as GPU %v: %v, where layers one by one have %v", c.name, asGPU, n, alone)
				}
			}
			b.Free()
		}
	}
}
