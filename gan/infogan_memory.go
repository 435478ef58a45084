package gan

import (
	"errors"
	"unsafe"

	"vkgan/internal/philox"
	"vkgan/layers"
)

// allocate takes what a step needs beside the networks' own memory.
func (m *InfoGAN) allocate() error {
	if m.ParamsG == nil || m.ParamsD == nil {
		return nil // the networks failed to build and say why
	}
	a := &allocator{from: m.memoryD}
	b, codes := m.recipe.BatchSize, m.recipe.Labels
	rows, z := max(2*b, testRows), layers.Vector(m.recipe.ZDim+codes)
	m.noise = a.tensor("noise", b, layers.Vector(m.recipe.ZDim))
	m.latent = a.tensor("latent", b, z)
	m.code = a.words("code", b)
	m.indices = a.words("indices", rows)
	m.x = a.tensor("x", rows, m.data.Shape)
	m.dLogit = a.tensor("dlogit", 3*b, layers.Vector(1))
	m.dCode = a.tensor("dcode", 3*b, layers.Vector(codes))
	m.openPair(a, infoGANFigures, rows, codes, z)
	return errors.Join(a.errs...)
}

// uploadSampleLatents sets the sample grid's latents, once: row r of the grid has code r, column c noise vector c.
func (m *InfoGAN) uploadSampleLatents() error {
	if m.dev.Rehearses() {
		return nil
	}
	values := m.Latents().Grid
	return m.dev.Upload(m.wanted.Data, unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), 4*len(values)))
}

// Latents is noise, then the one-hot code.
func (m *InfoGAN) Latents() Latents {
	l := Latents{Noise: m.recipe.ZDim, Prior: m.recipe.ZPrior, Codes: m.recipe.Labels, Rows: m.mostSamples(), Seed: m.seed, Average: m.averageG}
	for i := range m.wanted.Rows {
		l.Grid = append(l.Grid, l.Row(Point{Z: l.Prior.vector(m.stream(philox.StreamSampleZ), i%sampleColumns, l.Noise), Code: i / sampleColumns})...)
	}
	return l
}

// State is both networks with Adam's moments, the count of steps, and the predictions made in this epoch, and G's average.
func (m *InfoGAN) State() []Saved { return m.saved() }
