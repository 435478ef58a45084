package gan

import (
	"encoding/binary"
	"fmt"

	"vkgan/internal/mnist"
	"vkgan/layers"
	"vkgan/vk"
)

// Set is a labelled image set as its files have it.
type Set = mnist.Set

// LoadData reads MNIST's four files, or files of their format with images and classes of its own, from a folder; "" is
// MNIST itself, built in. Errors name the file, the cause and the remedy.
func LoadData(dir string) (*Set, error) { return mnist.Load(dir) }

// Dataset is a labelled image set on the device: bytes as they come from the files, labels as words. The training step
// draws its batches from it without the host.
type Dataset struct {
	Train, Test Images
	TrainLabels []byte // Train's, for the host
	Classes     int
	Shape       layers.Shape
}

// Images is one half of a Dataset.
type Images struct {
	Count  int
	Pixels vk.Range // [Count,H,W] bytes
	Labels vk.Range // [Count] uint32
	labels *vk.Buffer
	pixels *vk.Buffer
}

// NewDataset uploads set, of the training half the last trainImages: a model that is not trained needs none. The pixels of
// an image must be a multiple of 4.
func NewDataset(dev *vk.Device, set *Set, trainImages int) (*Dataset, error) {
	skip := max(0, set.Train.Count-trainImages)
	d := &Dataset{
		TrainLabels: set.TrainLabels[skip:], Classes: set.Classes, Shape: layers.Shape{H: set.Train.Height, W: set.Train.Width, C: 1},
	}
	size := d.Shape.Size()
	if size%4 != 0 { // layers.Gather reads them in words
		return nil, fmt.Errorf("%s: images of %d×%d have %d pixels, not a multiple of 4: pad them", set.Origin, d.Shape.H, d.Shape.W, size)
	}
	var err error
	if d.Train, err = upload(dev, "train", set.Train.Pixels[skip*size:], d.TrainLabels); err != nil {
		return nil, fmt.Errorf("training images: %w", err)
	}
	if d.Test, err = upload(dev, "test", set.Test.Pixels, set.TestLabels); err != nil {
		d.Free()
		return nil, fmt.Errorf("test images: %w", err)
	}
	return d, nil
}

func upload(dev *vk.Device, name string, pixels, labels []byte) (Images, error) {
	words := make([]byte, 4*len(labels))
	for i, l := range labels {
		binary.NativeEndian.PutUint32(words[4*i:], uint32(l))
	}
	im := Images{Count: len(labels)}
	if im.Count == 0 {
		return im, nil
	}
	var err error
	if im.pixels, err = dev.NewBuffer(name+".pixels", int64(len(pixels)), vk.Local); err != nil {
		return im, err
	}
	if im.labels, err = dev.NewBuffer(name+".labels", int64(len(words)), vk.Local); err != nil {
		im.free()
		return im, err
	}
	im.Pixels, im.Labels = im.pixels.All(), im.labels.All()
	if err := dev.Upload(im.Pixels, pixels); err != nil {
		im.free()
		return im, err
	}
	if err := dev.Upload(im.Labels, words); err != nil {
		im.free()
		return im, err
	}
	return im, nil
}

// Free gives the device memory back.
func (d *Dataset) Free() {
	d.Train.free()
	d.Test.free()
}

func (im *Images) free() {
	for _, b := range []*vk.Buffer{im.pixels, im.labels} {
		if b != nil {
			b.Free()
		}
	}
}
