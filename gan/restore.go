package gan

import (
	"bytes"
	"encoding/json"
	"fmt"

	"vkgan/internal/safetensors"
	"vkgan/vk"
)

// Model builds the model that a checkpoint is of, with first weights, for images of the size and classes that it was
// trained on. Restore fills it.
func (c *Checkpoint) Model(dev *vk.Device, data *Dataset) (Model, error) {
	if was := c.Info.Data; data.Shape.H != was.Height || data.Shape.W != was.Width || data.Classes != was.Classes {
		return nil, fmt.Errorf("%s is of images of %d×%d in %d classes, but the data set has images of %d×%d in %d: choose another data set",
			c.Path, was.Height, was.Width, was.Classes, data.Shape.H, data.Shape.W, data.Classes)
	}
	switch c.Info.Model {
	case "infogan":
		r := InfoGANReference()
		if err := c.recipe(&r, func() error { return r.check() }); err != nil {
			return nil, err
		}
		return NewInfoGAN(dev, r, data, c.Info.Seeds.Seed)
	case "ssgan":
		r := SSGANReference()
		if err := c.recipe(&r, func() error { return r.check() }); err != nil {
			return nil, err
		}
		return NewSSGAN(dev, r, data, c.Info.Seeds.Seed)
	}
	return nil, fmt.Errorf("%s is of model %q, which this version of vkgan does not know", c.Path, c.Info.Model)
}

// recipe reads the checkpoint's recipe over r, the reference, whose values are those of fields that are younger than the
// checkpoint.
func (c *Checkpoint) recipe(r any, check func() error) error {
	text, err := json.Marshal(c.Info.Recipe)
	if err == nil {
		fields := json.NewDecoder(bytes.NewReader(text))
		fields.DisallowUnknownFields()
		err = fields.Decode(r)
	}
	if err == nil {
		err = check()
	}
	if err != nil {
		return fmt.Errorf("%s has a recipe that this version of vkgan cannot use: %w", c.Path, err)
	}
	return nil
}

// Restore fills a model with the state that the checkpoint holds. Where that is of another model or of other sizes it
// changes nothing, and says what differs.
func (c *Checkpoint) Restore(dev *vk.Device, m Model) error {
	state := m.State()
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
