package layers

import (
	"testing"

	"vkgan/internal/philox"
	"vkgan/vk"
)

// Between layers, backward over longer batches, and as the first layer.
func TestGaussianNoise(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		step := buffer(t, d, 1)
		upload(t, d, step, []uint32{noiseStep})
		noise := func(id uint32, sigma float32) GaussianNoise {
			return GaussianNoise{Name: "noise", Sigma: sigma, Stream: philox.Stream{Seed: 1 << 40, ID: id}, Step: step}
		}
		for _, c := range []netTest{
			{name: "of images", in: Shape{5, 3, 2}, rows: 4, backward: 6, groups: 2, dx: 2, layers: []Config{noise(1, 0.3)}},
			{name: "between", in: Vector(20), rows: 6, backward: 9, groups: 2, dx: 3, layers: []Config{
				noise(2, 0.3), Linear{Name: "l", Out: 13, Bias: true, Act: ReLU}, noise(3, 2)}},
		} {
			c.compare(t, d)
		}
	})
}
