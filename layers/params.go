package layers

import (
	"fmt"
	"runtime"
	"sync"

	"vkgan/vk"
)

// Param is one parameter tensor. Its layout: linear [in,out], convolution [kH,kW,in,out], transposed convolution
// [kH,kW,out,in].
type Param struct {
	Name   string
	Dims   []int
	init   Initializer
	offset int64 // bytes, in each of the arena's buffers
	arena  *Params
}

// Len is the number of elements.
func (p *Param) Len() int {
	n := 1
	for _, d := range p.Dims {
		n *= d
	}
	return n
}

// Value is where the parameter lies on the device.
func (p *Param) Value() vk.Range { return p.In(p.arena.Value) }

// Grad is where its gradient lies.
func (p *Param) Grad() vk.Range { return p.In(p.arena.Grad) }

// In is where it lies in one of the arena's four buffers.
func (p *Param) In(b *vk.Buffer) vk.Range { return b.All().Slice(p.offset, int64(p.Len())*4) }

// Params is a network's parameter arena: four flat buffers of equal layout, in which every parameter begins on a
// boundary of 256 bytes. The padding stays zero.
type Params struct {
	Name        string
	All         []*Param
	Statistics  []Statistic // calibrated, not trained
	Value, Grad *vk.Buffer
	M, V        *vk.Buffer // Adam's first and second moments
	bad         vk.Range   // [1] uint32, Adam's mark: 0, or the complement of an element that is not finite
	bytes       int64
}

const paramAlign = 256

// Count is the number of trained values, padding not counted.
func (ps *Params) Count() int {
	n := 0
	for _, p := range ps.All {
		n += p.Len()
	}
	return n
}

func (b *Builder) param(name string, init Initializer, dims ...int) *Param {
	p := &Param{Name: name, Dims: dims, init: init, offset: b.params.bytes, arena: b.params}
	b.params.All = append(b.params.All, p)
	b.params.bytes += (int64(p.Len())*4 + paramAlign - 1) / paramAlign * paramAlign
	return p
}

// allocateValues takes the memory of the values alone.
func (ps *Params) allocateValues(b *Builder) (err error) {
	ps.bytes = max(ps.bytes, paramAlign) // also where there are no parameters
	ps.Value, err = b.Buffer("value", ps.bytes, vk.Local)
	return err
}

func (ps *Params) allocate(b *Builder) error {
	if err := ps.allocateValues(b); err != nil {
		return err
	}
	for _, arena := range []struct {
		name string
		to   **vk.Buffer
	}{{"grad", &ps.Grad}, {"m", &ps.M}, {"v", &ps.V}} {
		var err error
		if *arena.to, err = b.Buffer(arena.name, ps.bytes, vk.Local); err != nil {
			return err
		}
	}
	bad, err := b.Buffer("bad", 4, vk.Local)
	if err == nil {
		ps.bad = bad.All()
	}
	return err
}

// Inferred is all that Infer reads beside the input, and nothing in a network's use changes.
func (ps *Params) Inferred() []vk.Range {
	all := []vk.Range{ps.Value.All()}
	for _, s := range ps.Statistics {
		all = append(all, s.Range)
	}
	return all
}

// begin is where parameter k begins in each of the buffers, in bytes, or all end behind the last.
func (ps *Params) begin(k int) int64 {
	switch k {
	case 0:
		return 0
	case len(ps.All):
		return ps.bytes
	}
	return ps.All[k].offset
}

// at is the parameter that an element of the arena belongs to.
func (ps *Params) at(element int64) *Param {
	for k := len(ps.All) - 1; k > 0; k-- {
		if ps.All[k].offset <= 4*element {
			return ps.All[k]
		}
	}
	return ps.All[0]
}

func (ps *Params) initialise(dev *vk.Device, seed uint64, firstStream uint32) error {
	if dev.Rehearses() {
		return nil
	}
	values := make([]float32, ps.bytes/4)
	var drawing sync.WaitGroup
	for k, p := range ps.All {
		stream, at := Stream{Seed: seed, ID: firstStream + uint32(k)}, values[p.offset/4:][:p.Len()]
		share := int(ceil(p.Len(), runtime.GOMAXPROCS(0))) // any element can be drawn alone
		for from := 0; from < len(at); from += share {
			drawing.Go(func() {
				for i := from; i < min(from+share, len(at)); i++ {
					at[i] = p.init(stream, uint32(i))
				}
			})
		}
	}
	drawing.Wait()
	return dev.Upload(ps.Value.All(), vk.Bytes(values))
}

// Read copies a parameter's values, gradients or moments off the device: of is one of the arena's four buffers.
func (p *Param) Read(dev *vk.Device, of *vk.Buffer) ([]float32, error) {
	values := make([]float32, p.Len())
	if err := dev.Download(vk.Bytes(values), p.In(of)); err != nil {
		return nil, fmt.Errorf("%s.%s: %w", p.arena.Name, p.Name, err)
	}
	return values, nil
}
