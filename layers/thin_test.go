package layers

import (
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/vk"
)

// BenchmarkThin takes the passes of InfoGAN's one-channel convolutions, in D and in G, each with the copy that it needs: in
// registers, where the device does that, and as a product of patches.
func BenchmarkThin(b *testing.B) {
	d := devicetest.Open(b, vk.Options{})
	inD := convolution{x: Shape{28, 28, 1}, y: Shape{14, 14, 64}, kernel: 5, stride: 2, padY: 1, padX: 1}
	inG := inD
	inG.y.C = 128
	for _, p := range []pass{inD.pass(forwardPass, 200), inD.pass(filterPass, 200), inG.pass(forwardPass, 100), inG.pass(filterPass, 100)} {
		for _, v := range []variant{p.builtIn(d), {unfolded: true}} {
			b.Run(p.String()+"/"+v.String(), func(b *testing.B) {
				try, err := newTryout(d, p)
				if err != nil {
					b.Fatal(err)
				}
				defer try.free()
				program, err := try.program(func(rec *vk.Recorder) { try.record(rec, v) })
				if err != nil {
					b.Fatal(err)
				}
				defer program.Free()
				if err := try.run(program, 1); err != nil { // compiles
					b.Fatal(err)
				}
				for b.Loop() {
					if err := try.run(program, 1); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
