package gan

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"vkgan/internal/files"
	"vkgan/internal/onnx"
	"vkgan/internal/safetensors"
	"vkgan/layers"
	"vkgan/vk"
)

// Part is one of a model's two networks.
type Part string

const (
	PartGenerator     Part = "generator"
	PartDiscriminator Part = "discriminator"
	Whole             Part = "" // both
)

// networks are the parameters of a part.
func (p Part) networks(m Model) []*layers.Params {
	g, d := m.Networks()
	switch p {
	case PartGenerator:
		return []*layers.Params{g}
	case PartDiscriminator:
		return []*layers.Params{d}
	}
	return []*layers.Params{g, d}
}

// ExportSafetensors writes the weights of a part under PyTorch's names and layouts, with the batch-norms' statistics: those
// that evaluations use, so D's average over the steps where the run keeps one. In a file of one part the names begin with the
// layer's, bn1.weight, else with the network's, G.bn1.weight. Errors name cause and remedy; the file is written whole or
// not at all.
func (c *Checkpoint) ExportSafetensors(path string, part Part) error {
	m, err := c.outline()
	if err != nil {
		return err
	}
	defer m.Free()
	var tensors []safetensors.Tensor
	for _, ps := range part.networks(m) {
		var names []string
		for _, p := range ps.All {
			names = append(names, torchName(p.Name))
		}
		for _, s := range ps.Statistics {
			names = append(names, s.Name)
		}
		for _, name := range names {
			t := c.weight(ps, name)
			if t.Name = name; part == Whole {
				t.Name = ps.Name + "." + name
			}
			tensors = append(tensors, t)
		}
	}
	metadata := c.provenance(part)
	metadata[keyFormat], metadata[keyLayout] = "pt", layoutNote
	if part == Whole {
		recipe, err := json.Marshal(c.Info.Recipe)
		if err != nil {
			return err
		}
		metadata[keyRecipe] = string(recipe)
	}
	return files.WriteWith(path, func(w io.Writer) error { return safetensors.Write(w, metadata, tensors) })
}

// ExportONNX writes the generator or the discriminator as it is away from training, as Model.Describe has it, with the
// weights of ExportSafetensors. Errors name cause and remedy; the file is written whole or not at all.
func (c *Checkpoint) ExportONNX(path string, part Part) error {
	m, err := c.outline()
	if err != nil {
		return err
	}
	defer m.Free()
	network := part.networks(m)[0]
	model := onnx.Model{Producer: "vkgan", Version: c.Info.Version, Metadata: c.provenance(part)}
	model.Graph.Name = c.Info.Model + "_" + string(part)
	m.Describe(&layers.Graph{Graph: &model.Graph, Weight: func(name string) ([]int, []float32) {
		t := c.weight(network, name)
		return t.Shape, decoded(t.Data)
	}}, part)
	return files.Write(path, model.Encode())
}

// outline builds the model without a device, so that it can be described, and sees to it that the checkpoint holds all of it.
func (c *Checkpoint) outline() (Model, error) {
	shape := layers.Shape{H: c.Info.Data.Height, W: c.Info.Data.Width, C: 1}
	m, err := c.Model(vk.NewRehearsal(), &Dataset{Classes: c.Info.Data.Classes, Shape: shape})
	if err != nil {
		return nil, err
	}
	for _, s := range m.State() {
		if _, err := c.tensor(s); err != nil {
			m.Free()
			return nil, err
		}
	}
	return m, nil
}

// weight is a parameter or a statistic of a network as evaluations use it, under PyTorch's name. G is as it is: the statistics of
// a checkpoint are not those of its average.
func (c *Checkpoint) weight(of *layers.Params, name string) safetensors.Tensor {
	name = of.Name + "." + name
	if t, averaged := c.tensors.Tensor(averagePrefix + name); averaged && of.Name == "D" {
		return t
	}
	t, _ := c.tensors.Tensor(name)
	return t
}

// provenance is the metadata that tells where weights are from.
func (c *Checkpoint) provenance(part Part) map[string]string {
	if part == Whole {
		part = "whole"
	}
	return map[string]string{
		keyModel: c.Info.Model, "part": string(part), keyStep: strconv.Itoa(c.Position.Step), "run_id": c.Info.ID.String(),
		"images": fmt.Sprintf("%d×%d, 0 black to 1 white", c.Info.Data.Height, c.Info.Data.Width),
	}
}

// decoded are little-endian float32.
func decoded(data []byte) []float32 {
	values := make([]float32, len(data)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return values
}
