package layers

import (
	"errors"
	"fmt"

	"vkgan/vk"
)

// Batch is the most rows that Forward and Backward will be recorded with, and the most groups; 0 groups mean 1.
type Batch struct{ Forward, Backward, Groups int }

// Builder gives the layers of one network their memory.
type Builder struct {
	dev     *vk.Device
	name    string
	batch   Batch
	params  *Params
	buffers []*vk.Buffer
	errs    []error
}

// NewBuilder starts a network. name prefixes the names of its buffers.
func NewBuilder(dev *vk.Device, name string, batch Batch) *Builder {
	batch.Groups = max(batch.Groups, 1)
	return &Builder{dev: dev, name: name, batch: batch, params: &Params{Name: name}}
}

// Config is a layer's description.
type Config interface {
	// build makes the layer for rows of shape in, and says what shape its rows of output have.
	build(b *Builder, in Shape) (Layer, Shape)
}

// Layer is a differentiable map of batches.
type Layer interface {
	// Forward records y = f(x).
	Forward(rec *vk.Recorder, x Tensor) Tensor
	// Describe adds y = f(x), as it is away from training, to a graph.
	Describe(g *Graph, x Value) Value
	// Backward records the gradients of the parameters and, if inputRows is not 0, dx for the last inputRows rows
	// of dy. It may overwrite dy. A group of dy is as large as one of the forward batch, whatever dy.Groups says.
	Backward(rec *vk.Recorder, dy Tensor, inputRows int) Tensor
}

// Linear adds a linear layer by itself, beside or after a Sequence: a network may have several heads.
func (b *Builder) Linear(in Shape, c Linear) *LinearLayer {
	l, _ := c.build(b, in)
	return l.(*LinearLayer)
}

// Finish allocates the parameter arena and draws the initial values: parameter k of the network takes them from stream
// firstStream + k of the seed.
func (b *Builder) Finish(seed uint64, firstStream uint32) (*Params, error) {
	if err := errors.Join(b.errs...); err != nil {
		return nil, err
	}
	if err := b.params.allocate(b); err != nil {
		return nil, err
	}
	return b.params, b.params.initialise(b.dev, seed, firstStream)
}

// FinishForInference is Finish for a network that is to be filled with parameters trained elsewhere: they begin as 0, and
// only Infer can be recorded.
func (b *Builder) FinishForInference() (*Params, error) {
	if err := errors.Join(b.errs...); err != nil {
		return nil, err
	}
	return b.params, b.params.allocateValues(b)
}

func (b *Builder) fail(format string, args ...any) {
	b.errs = append(b.errs, fmt.Errorf(format, args...))
}

// outputs allocates a layer's activations, for the longest forward batch.
func (b *Builder) outputs(layer string, s Shape) Tensor {
	return b.tensor(layer+".y", b.batch.Forward, s)
}

// gradients allocates the gradients of a layer's input, for the longest backward batch.
func (b *Builder) gradients(layer string, s Shape) Tensor {
	return b.tensor(layer+".dx", b.batch.Backward, s)
}

func (b *Builder) tensor(name string, rows int, s Shape) Tensor {
	t, err := b.Tensor(name, rows, s)
	if err != nil {
		b.errs = append(b.errs, err)
	}
	return t
}

// Tensor allocates a zeroed batch that lives as long as the network.
func (b *Builder) Tensor(name string, rows int, s Shape) (Tensor, error) {
	buffer, err := b.Buffer(name, int64(rows)*int64(s.Size())*4, vk.Local)
	if err != nil {
		return Tensor{}, err
	}
	return Tensor{Data: buffer.All(), Rows: rows, Groups: 1, Shape: s}, nil
}

// Buffer allocates zeroed memory that lives as long as the network.
func (b *Builder) Buffer(name string, bytes int64, where vk.Memory) (*vk.Buffer, error) {
	buffer, err := b.dev.NewBuffer(b.name+"."+name, bytes, where)
	if err == nil {
		b.buffers = append(b.buffers, buffer)
	}
	return buffer, err
}

// Free gives all of the network's memory back.
func (b *Builder) Free() {
	for _, buffer := range b.buffers {
		buffer.Free()
	}
	b.buffers = nil
}

// scratch allocates n float32 for a layer's own use.
func (b *Builder) scratch(name string, n int) vk.Range { return b.tensor(name, 1, Vector(n)).Data }
