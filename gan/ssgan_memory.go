package gan

import (
	"errors"

	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/vk"
)

// allocate takes what a step needs beside the networks' own memory.
func (m *SSGAN) allocate() error {
	if m.ParamsG == nil || m.ParamsD == nil {
		return nil // the networks failed to build and say why
	}
	a := &allocator{from: m.memoryD}
	b, z, classes := m.recipe.BatchSize, layers.Vector(m.recipe.ZDim), m.data.Classes
	m.noise = a.tensor("noise", b, z)
	m.latent = a.tensor("latent", b, z)
	m.known = a.words("known", max(1, len(m.chosen)))
	m.places = a.words("places", b)
	m.labelled = a.words("labelled", b)
	m.target = a.words("target", b)
	if m.recipe.WarpLabelled {
		m.unwarped = a.tensor("unwarped", b, layers.Vector(m.data.Shape.Size()))
		m.by = a.tensor("labelled warp", b, layers.Vector(6))
	}
	m.x = a.tensor("x", m.mostRows(), layers.Vector(m.data.Shape.Size()))
	m.dLogits = a.tensor("dlogits", (m.recipe.kinds()+1)*b, layers.Vector(classes))
	if m.recipe.DFirst {
		m.dFake = a.tensor("dfake", b, m.trunk.Out)
	}
	m.information = m.recipe.memory(a, b, classes)
	m.openPair(a, m.recipe.figures(), m.mostRows(), sampleRows, z)
	return errors.Join(a.errs...)
}

// upload sets, once, what no step changes: the labelled images, none for an evaluation, and the sample grid's latents.
func (m *SSGAN) upload() error {
	if m.dev.Rehearses() {
		return nil
	}
	latents := m.Latents().Grid
	err := m.dev.Upload(m.wanted.Data, vk.Bytes(latents))
	if n := len(m.chosen); n > 0 {
		err = errors.Join(err, m.dev.Upload(m.known.Slice(0, 4*int64(n)), vk.Bytes(m.chosen)))
	}
	return err
}

// Flattened are none: images have one channel.
func (m *SSGAN) Flattened() (image layers.Shape, axes map[string]int) { return m.data.Shape, nil }

// Latents is noise alone.
func (m *SSGAN) Latents() Latents {
	l := Latents{Space: m.recipe.space(), Rows: m.mostSamples(), Seed: m.seed, Average: m.averageG}
	for i := range m.wanted.Rows {
		l.Grid = append(l.Grid, l.Noise.vector(m.stream(philox.StreamSampleZ), i)...)
	}
	return l
}
