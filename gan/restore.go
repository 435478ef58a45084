package gan

import (
	"bytes"
	"encoding/json"
	"fmt"

	"vkgan/internal/safetensors"
	"vkgan/layers"
	"vkgan/vk"
)

// Model builds the model that a checkpoint is of, with first weights, for images of the size and classes that it was
// trained on. Restore fills it.
func (c *Checkpoint) Model(dev *vk.Device, data *Dataset) (Model, error) {
	if was := c.Info.Data; data.Shape.H != was.Height || data.Shape.W != was.Width || data.Classes != was.Classes {
		return nil, fmt.Errorf("%s is of images of %d×%d in %d classes, but the data set has images of %d×%d in %d: choose another data set",
			c.Path, was.Height, was.Width, was.Classes, data.Shape.H, data.Shape.W, data.Classes)
	}
	r, err := c.recipe()
	if err != nil {
		return nil, err
	}
	return r.model(dev, data, c.Info.Seeds.Seed)
}

// savedRecipe is a model's recipe, by which its networks can be made again.
type savedRecipe interface {
	check() error
	model(dev *vk.Device, data *Dataset, seed uint64) (Model, error)
	space() Space                                                      // what G takes
	maker(b *layers.Builder, image layers.Shape) *layers.Sequence      // G: latents → images
	reader(b *layers.Builder, image layers.Shape, classes int) network // D: images → logits of codes
}

// recipe is the checkpoint's. Fields that are younger than the checkpoint have the reference's values.
func (c *Checkpoint) recipe() (savedRecipe, error) {
	var r savedRecipe
	switch c.Info.Model {
	case "infogan":
		reference := InfoGANReference()
		r = &reference
	case "ssgan":
		reference := SSGANReference()
		r = &reference
	default:
		return nil, fmt.Errorf("%s is of model %q, which this version of vkgan does not know", c.Path, c.Info.Model)
	}
	text, err := json.Marshal(c.Info.Recipe)
	if err == nil {
		fields := json.NewDecoder(bytes.NewReader(text))
		fields.DisallowUnknownFields()
		err = fields.Decode(r)
	}
	if err == nil {
		err = r.check()
	}
	if err != nil {
		return nil, fmt.Errorf("%s has a recipe that this version of vkgan cannot use: %w", c.Path, err)
	}
	return r, nil
}

// Restore fills a model with the state that the checkpoint holds. Where that is of another model or of other sizes it
// changes nothing, and says what differs.
func (c *Checkpoint) Restore(dev *vk.Device, m Model) error { return c.fill(dev, m.State()) }

func (c *Checkpoint) fill(dev *vk.Device, state []Saved) error {
	tensors := make([]safetensors.Tensor, len(state))
	for i, s := range state {
		var err error
		if tensors[i], err = c.tensor(s); err != nil {
			return err
		}
	}
	for i, s := range state {
		if err := dev.Upload(s.Range, s.onDevice(tensors[i])); err != nil {
			return err
		}
	}
	return nil
}
