package gan

import (
	"errors"
	"slices"
	"unsafe"

	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/vk"
)

// allocate takes what a step needs beside the networks' own memory.
func (m *SSGAN) allocate() error {
	if m.ParamsG == nil || m.ParamsD == nil {
		return nil // the networks failed to build and say why
	}
	var errs []error
	tensor := func(name string, rows int, s layers.Shape) layers.Tensor {
		t, err := m.memoryD.Tensor(name, rows, s)
		errs = append(errs, err)
		return t
	}
	words := func(name string, n int) *vk.Buffer {
		b, err := m.memoryD.Buffer(name, 4*int64(n), vk.Local)
		errs = append(errs, err)
		return b
	}
	b, z, classes := m.recipe.BatchSize, layers.Vector(m.recipe.ZDim), m.data.Classes
	m.noise = tensor("noise", b, z)
	m.latent = tensor("latent", b, z)
	m.wanted = tensor("wanted", sampleRows*sampleColumns, z)
	m.x = tensor("x", m.mostRows(), layers.Vector(m.data.Shape.Size()))
	m.dLogits = tensor("dlogits", 4*b, layers.Vector(classes))
	buffers := []*vk.Buffer{
		words("known", max(1, len(m.chosen))), words("places", b), words("labelled", b), words("target", b),
		words("indices", m.mostRows()), words("winners", max(b, testRows)), words("batch", 1),
		words("seen", classes*classes), words("tested", classes*classes),
	}
	errs = append(errs, m.openLedger(m.dev, m.memoryD, ssganFigures, m.ParamsD, m.ParamsG))
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for i, to := range []*vk.Range{
		&m.known, &m.places, &m.labelled, &m.target, &m.indices, &m.winners, &m.batch, &m.seen, &m.tested,
	} {
		*to = buffers[i].All()
	}
	return nil
}

// upload sets, once, what no step changes: the labelled images, none for an evaluation, and the sample grid's latents.
func (m *SSGAN) upload() error {
	if m.dev.Rehearses() {
		return nil
	}
	var latents []float32
	for i := range m.wanted.Rows {
		latents = append(latents, sphere(m.stream(philox.StreamSampleZ), i, m.recipe.ZDim)...)
	}
	err := m.dev.Upload(m.wanted.Data, unsafe.Slice((*byte)(unsafe.Pointer(&latents[0])), 4*len(latents)))
	if n := len(m.chosen); n > 0 {
		err = errors.Join(err, m.dev.Upload(m.known.Slice(0, 4*int64(n)), unsafe.Slice((*byte)(unsafe.Pointer(&m.chosen[0])), 4*n)))
	}
	return err
}

// State is both networks with Adam's moments, D's average, the count of steps, and the predictions made in this epoch.
func (m *SSGAN) State() []Saved {
	all := slices.Concat(savedNetwork(m.ParamsG), savedNetwork(m.ParamsD))
	if m.average != nil {
		all = append(all, savedParameters("ema.", m.ParamsD, m.average)...)
	}
	return append(all, savedWords("step", m.step, 1), savedWords("seen", m.seen, m.data.Classes, m.data.Classes))
}

// Networks are the parameters of the generator and of the discriminator.
func (m *SSGAN) Networks() (g, d *layers.Params) { return m.ParamsG, m.ParamsD }

// Free gives the device memory back.
func (m *SSGAN) Free() {
	for _, b := range []*layers.Builder{m.memoryG, m.memoryD} {
		if b != nil {
			b.Free()
		}
	}
}
