package gan

import (
	"errors"
	"unsafe"

	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/vk"
)

// allocate takes what a step needs beside the networks' own memory.
func (m *InfoGAN) allocate() error {
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
	b, codes, classes := m.recipe.BatchSize, m.recipe.Labels, m.data.Classes
	rows := max(2*b, testRows)
	m.noise = tensor("noise", b, layers.Vector(m.recipe.ZDim))
	m.latent = tensor("latent", b, layers.Vector(m.recipe.ZDim+codes))
	m.wanted = tensor("wanted", codes*sampleColumns, layers.Vector(m.recipe.ZDim+codes))
	m.x = tensor("x", rows, m.data.Shape)
	m.dLogit = tensor("dlogit", 3*b, layers.Vector(1))
	m.dCode = tensor("dcode", 3*b, layers.Vector(codes))
	buffers := []*vk.Buffer{
		words("batch", 1), words("code", b), words("indices", rows), words("winners", rows),
		words("seen", codes*classes), words("tested", codes*classes),
	}
	errs = append(errs, m.openLedger(m.dev, m.memoryD, infoGANFigures, m.ParamsD, m.ParamsG))
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for i, to := range []*vk.Range{&m.batch, &m.code, &m.indices, &m.winners, &m.seen, &m.tested} {
		*to = buffers[i].All()
	}
	return nil
}

// uploadSampleLatents sets the sample grid's latents, once: row r of the grid has code r, column c noise vector c.
func (m *InfoGAN) uploadSampleLatents() error {
	if m.dev.Rehearses() {
		return nil
	}
	z, width := m.recipe.ZDim, m.wanted.C
	values := make([]float32, m.wanted.Rows*width)
	for i := range m.wanted.Rows {
		row, code, column := values[i*width:][:width], i/sampleColumns, i%sampleColumns
		copy(row, sphere(m.stream(philox.StreamSampleZ), column, z))
		row[z+code] = 1
	}
	return m.dev.Upload(m.wanted.Data, unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), 4*len(values)))
}

// State is both networks with Adam's moments, the count of steps, and the predictions made in this epoch.
func (m *InfoGAN) State() []Saved {
	return append(append(savedNetwork(m.ParamsG), savedNetwork(m.ParamsD)...),
		savedWords("step", m.step, 1), savedWords("seen", m.seen, m.recipe.Labels, m.data.Classes))
}

// Networks are the parameters of the generator and of the discriminator.
func (m *InfoGAN) Networks() (g, d *layers.Params) { return m.ParamsG, m.ParamsD }

// Free gives the device memory back.
func (m *InfoGAN) Free() {
	for _, b := range []*layers.Builder{m.memoryG, m.memoryD} {
		if b != nil {
			b.Free()
		}
	}
}
