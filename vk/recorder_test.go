package vk

import "testing"

func TestScaleOnTheDevice(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		const n = 1000
		x, y := buffer(t, d, "x", 4*n, Local), buffer(t, d, "y", 4*n, Local)
		in, want := make([]float32, n), make([]float32, n)
		for i := range in {
			in[i] = float32(i)
			want[i] = (float32(i)*2 + 1) * 4
		}
		upload(t, d, x.All(), in)
		p := program(t, d, "scale twice", func(r *Recorder) {
			r.Dispatch(scale{x: x.All(), y: y.All(), rate: 2, bias: 1})
			r.Dispatch(scale{x: y.All(), y: x.All(), rate: 4})
		})
		run(t, d, p, 1)
		same(t, "x", floats(t, d, x.All()), want)
	})
}
