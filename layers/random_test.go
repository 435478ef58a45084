package layers

import (
	"fmt"
	"math"
	"testing"

	"vkgan/internal/philox"
	"vkgan/layers/ref"
	"vkgan/vk"
)

var randomSteps = []uint32{0, 1, 549, 1 << 31}

// Noise is the same function of seed, stream, step and element as in Go: uniform numbers bit by bit, normal ones but for
// rounding.
func TestSmokeNoise(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		s := philox.Stream{Seed: 0x123456789ABCDEF0, ID: philox.StreamZ}
		for _, shape := range [][2]int{{1, 1}, {3, 50}, {7, 13}, {100, 50}} {
			step, normal, uniform := buffer(t, d, 1), tensor(t, d, shape[0], Vector(shape[1])), tensor(t, d, shape[0], Vector(shape[1]))
			draw := record(t, d, func(rec *vk.Recorder) {
				NormalNoise(rec, s, step, normal)
				UniformNoise(rec, s, step, 0, 1, uniform, 0, uniform.C)
			})
			for _, now := range randomSteps {
				upload(t, d, step, []uint32{now})
				run(t, d, draw, 1)
				wantNormal, wantUniform := make([]float64, normal.elements()), make([]float32, normal.elements())
				for e := range wantNormal {
					wantNormal[e] = float64(s.Normal(now, uint32(e)))
					wantUniform[e] = s.Uniform(now, uint32(e))
				}
				name := fmt.Sprintf("%v, step %d: ", shape, now)
				near(t, name+"normal", download[float32](t, d, normal.Data), wantNormal, 0.1)
				equal(t, name+"uniform", download[float32](t, d, uniform.Data), wantUniform)
			}
		}
	})
}

func TestRandomClass(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		s := philox.Stream{Seed: 9, ID: philox.StreamCode}
		for _, c := range []struct{ rows, classes int }{{1, 2}, {7, 10}, {101, 7}, {130, 1000}} {
			step, value := buffer(t, d, 1), buffer(t, d, c.rows)
			draw := record(t, d, func(rec *vk.Recorder) { RandomClass(rec, s, step, c.classes, c.rows, value) })
			for _, now := range randomSteps {
				upload(t, d, step, []uint32{now})
				run(t, d, draw, 1)
				want := make([]uint32, c.rows)
				for r := range want {
					want[r] = s.Below(now, uint32(r), uint32(c.classes))
				}
				equal(t, fmt.Sprintf("%+v, step %d", c, now), download[uint32](t, d, value), want)
			}
		}
	})
}

// The latent vector: z of a given length, then the one-hot code, side by side.
func TestLatent(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		for _, c := range []struct{ rows, z, classes int }{{1, 1, 2}, {7, 50, 10}, {101, 3, 20}} {
			z, code, y := tensor(t, d, c.rows, Vector(c.z)), buffer(t, d, c.rows), tensor(t, d, c.rows, Vector(c.z+c.classes+1))
			zs, codes, classes := random(3, c.rows*c.z), make([]int, c.rows), make([]uint32, c.rows)
			radius := float32(c.z)
			for r := range codes {
				codes[r] = (r*5 + 1) % c.classes
				classes[r] = uint32(codes[r])
			}
			upload(t, d, z.Data, narrow(zs))
			upload(t, d, code, classes)
			do(t, d, func(rec *vk.Recorder) {
				rec.Fill(y.Data, math.Float32bits(5))
				OnSphere(rec, z, radius, y)
				OneHot(rec, code, c.classes, y, c.z)
			})
			sphere, hot, want := scaled(ref.ZNorm(zs, c.z), float64(radius)), ref.OneHot(codes, c.classes), []float64{}
			for r := range codes {
				want = append(want, sphere[r*c.z:][:c.z]...)
				want = append(want, hot[r*c.classes:][:c.classes]...)
				want = append(want, 5) // the column behind is left alone
			}
			near(t, fmt.Sprintf("%+v", c), download[float32](t, d, y.Data), want, 0.1)
		}
	})
}
