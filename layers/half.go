package layers

import (
	"errors"
	"fmt"

	"vkgan/vk"
)

// halfTrials are what CheckHalf computes: every way through the kernels, with edges.
var halfTrials = []operation{
	multiplication{m: 67, n: 70, k: 300, bias: true, splittable: true},
	multiplication{m: 67, n: 70, k: 75, transA: true},
	multiplication{m: 67, n: 70, k: 75, transB: true},
	multiplication{m: 128, n: 128, k: 128, transA: true, transB: true},
	pass{kind: forwardPass, rows: 3, x: Shape{7, 6, 19}, y: Shape{4, 3, 35}, kernel: 5, stride: 2, padY: 2, padX: 1},
	pass{kind: dataPass, rows: 3, x: Shape{7, 6, 19}, y: Shape{4, 3, 35}, kernel: 5, stride: 2, padY: 2, padX: 1},
	pass{kind: filterPass, rows: 3, x: Shape{7, 6, 19}, y: Shape{4, 3, 35}, kernel: 5, stride: 2, padY: 2, padX: 1},
}

// UseHalf sets d to multiply in fp16, by those of the device's HalfMatrices whose results are right: drivers list shapes that
// they multiply wrongly. Small whole numbers are exact in fp16, and so must be their sums. It returns the shapes left out,
// with what is wrong with them; the error is the device's end.
func UseHalf(d *vk.Device) (wrong []error, err error) {
	var good []vk.Matrix
	for _, m := range d.Info().HalfMatrices() {
		d.SetHalf([]vk.Matrix{m})
		switch err := tryHalf(d); {
		case err == nil:
			good = append(good, m)
		case fatal(err) != nil:
			return wrong, err
		default:
			wrong = append(wrong, fmt.Errorf("matrices of %s: %w", m, err))
		}
	}
	d.SetHalf(good)
	return wrong, nil
}

// tryHalf compares the results of the shape that d is set to with the oracle's.
func tryHalf(d *vk.Device) error {
	for _, o := range halfTrials {
		v := o.builtIn(d)
		if !v.cooperative() {
			return errors.New("no tile of them fits the device")
		}
		t, err := newTryout(d, o)
		if err == nil {
			err = t.verify(v)
			t.free()
		}
		if err != nil {
			return fmt.Errorf("%s as %s: %w", o, v, err)
		}
	}
	return nil
}
