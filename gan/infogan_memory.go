package gan

import (
	"errors"

	"vkgan/layers"
	"vkgan/vk"
)

// allocate takes what a step needs beside the networks' own memory.
func (m *InfoGAN) allocate() error {
	if m.ParamsG == nil || m.ParamsD == nil {
		return nil // the networks failed to build and say why
	}
	a := &allocator{from: m.memoryD}
	b, codes, groups := m.recipe.BatchSize, m.recipe.Labels, m.recipe.groups()
	rows, z := max(groups*b, testRows), layers.Vector(m.recipe.space().Size())
	m.noise = a.tensor("noise", b, layers.Vector(m.recipe.ZDim))
	m.latent = a.tensor("latent", b, z)
	m.code = a.words("code", b)
	m.x = a.tensor("x", rows, m.data.Shape)
	m.dLogit = a.tensor("dlogit", (groups+1)*b, layers.Vector(1))
	m.dRead.logits = a.tensor("dcode", (groups+1)*b, layers.Vector(codes))
	if k := m.recipe.Continuous; k > 0 {
		m.dRead.means = a.tensor("dcontinuous", (groups+1)*b, layers.Vector(k))
	}
	m.uses = a.words("uses", 2*codes)
	m.information = m.recipe.memory(a, b, codes)
	m.openPair(a, m.recipe.figures(), rows, codes, z)
	return errors.Join(a.errs...)
}

// uploadSampleLatents sets the sample grid's latents, once: row r of the grid has code r, column c noise vector c.
func (m *InfoGAN) uploadSampleLatents() error {
	if m.dev.Rehearses() {
		return nil
	}
	values := m.Latents().Grid
	return m.dev.Upload(m.wanted.Data, vk.Bytes(values))
}

// Latents is z, then the one-hot code, then the continuous codes.
func (m *InfoGAN) Latents() Latents {
	l := Latents{Space: m.recipe.space(), Rows: m.mostSamples(), Seed: m.seed, Average: m.averageG}
	for i := range m.wanted.Rows {
		p := l.draw(m.seed, sampleLatents, i%sampleColumns)
		p.Code = i / sampleColumns
		l.Grid = append(l.Grid, l.Row(p)...)
	}
	return l
}
