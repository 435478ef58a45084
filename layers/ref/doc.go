// Package ref is the oracle: every layer, loss and optimiser again in float64, in plain loops that follow the
// definitions, file by file as in package layers. It depends on nothing of ours, and its own gradients are
// checked by finite differences; the device is then checked against it.
//
// Tensors are flat slices, the last axis contiguous: images are [N,H,W,C] and what has rows is [rows, columns].
// The gradient of the loss with respect to x is dx. A slice of the wrong length panics.
package ref

import "fmt"

// check panics unless x has n elements.
func check(x []float64, n int) {
	if len(x) != n {
		panic(fmt.Sprintf("ref: %d elements where the shape has %d", len(x), n))
	}
}
