package gan

import (
	"slices"
	"strings"

	"vkgan/internal/safetensors"
	"vkgan/layers"
	"vkgan/vk"
)

// Saved is a piece of a model's state on the device, as a checkpoint holds it.
type Saved struct {
	Name  string
	DType safetensors.DType // F32 or U32
	Dims  []int             // on the device, row-major
	Axes  []int             // the file's axis k is the device's axis Axes[k]; nil: the same
	Range vk.Range
}

// shape is the shape in the file.
func (s Saved) shape() []int {
	shape := slices.Clone(s.Dims)
	for k, axis := range s.Axes {
		shape[k] = s.Dims[axis]
	}
	return shape
}

// savedRanges is where the pieces of a state lie.
func savedRanges(state []Saved) []vk.Range {
	ranges := make([]vk.Range, len(state))
	for i, s := range state {
		ranges[i] = s.Range
	}
	return ranges
}

// fits says whether a file's tensor can be this piece.
func (s Saved) fits(t safetensors.Tensor) bool {
	return t.DType == s.DType && slices.Equal(t.Shape, s.shape())
}

// onDevice is a file's tensor, which fits, in the device's layout.
func (s Saved) onDevice(t safetensors.Tensor) []byte {
	data := make([]byte, len(t.Data))
	permute(data, t.Data, s.Dims, s.Axes, true)
	return data
}

// savedNetwork is a network's parameters under PyTorch's names and layouts, Adam's moments of them, and the batch-norms'
// calibrated statistics.
func savedNetwork(ps *layers.Params) []Saved {
	all := slices.Concat(savedParameters("", ps, ps.Value), savedParameters("adam.m.", ps, ps.M), savedParameters("adam.v.", ps, ps.V))
	return append(all, savedStatistics(ps)...)
}

func savedStatistics(ps *layers.Params) []Saved {
	var all []Saved
	for _, s := range ps.Statistics {
		all = append(all, Saved{ps.Name + "." + s.Name, safetensors.F32, []int{int(s.Range.Bytes() / 4)}, nil, s.Range})
	}
	return all
}

// savedParameters is one of an arena's buffers, under the parameters' names behind a prefix.
func savedParameters(prefix string, ps *layers.Params, of *vk.Buffer) []Saved {
	var all []Saved
	for _, p := range ps.All {
		all = append(all, Saved{prefix + ps.Name + "." + torchName(p.Name), safetensors.F32, p.Dims, torchAxes(len(p.Dims)), p.In(of)})
	}
	return all
}

// savedWords is one of a model's own vectors of uint32.
func savedWords(name string, r vk.Range, dims ...int) Saved {
	return Saved{Name: name, DType: safetensors.U32, Dims: dims, Range: r}
}

// torchName is PyTorch's name of a parameter: its batch-norm has weight and bias.
func torchName(name string) string {
	return strings.NewReplacer(".gamma", ".weight", ".beta", ".bias").Replace(name)
}

// torchAxes takes our layouts to PyTorch's: linear [in,out] to [out,in], convolution [kH,kW,in,out] to [out,in,kH,kW],
// transposed convolution [kH,kW,out,in] to [in,out,kH,kW].
func torchAxes(rank int) []int {
	switch rank {
	case 2:
		return []int{1, 0}
	case 4:
		return []int{3, 2, 0, 1}
	}
	return nil
}

// permute copies the elements of src, 4 bytes each, row-major of the given dimensions, to dst, in the order in which axis k
// of dst is axis axes[k] of src. inverse takes such a copy back.
func permute(dst, src []byte, dims, axes []int, inverse bool) {
	if axes == nil {
		copy(dst, src)
		return
	}
	// For each axis of the file, how far apart its neighbours lie on the device.
	strides, at := make([]int, len(dims)), 4
	for k := len(dims) - 1; k >= 0; k-- {
		strides[slices.Index(axes, k)] = at
		at *= dims[k]
	}
	shape := Saved{Dims: dims, Axes: axes}.shape()
	index, last := make([]int, len(dims)), len(dims)-1
	for there := 0; there < len(src); {
		here := 0
		for k, i := range index {
			here += i * strides[k]
		}
		for range shape[last] {
			if inverse {
				copy(dst[here:here+4], src[there:there+4])
			} else {
				copy(dst[there:there+4], src[here:here+4])
			}
			there += 4
			here += strides[last]
		}
		for k := last - 1; k >= 0; k-- {
			if index[k]++; index[k] < shape[k] {
				break
			}
			index[k] = 0
		}
	}
}
