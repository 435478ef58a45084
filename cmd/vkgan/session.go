package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"vkgan/gan"
	"vkgan/vk"
	"vkgan/vk/sidecar"
)

// openDevice opens a device, with the pipelines in the user's cache, and warns of a slow driver on say. Errors name the remedy.
func openDevice(o vk.Options, say io.Writer) (*vk.Device, error) {
	o.Cache = userCache("pipelines")
	return openBareDevice(o, say)
}

// openBareDevice is openDevice without the cache.
func openBareDevice(o vk.Options, say io.Writer) (*vk.Device, error) {
	dev, err := vk.Open(o)
	if err != nil {
		return nil, deviceError(err)
	}
	if slow := sidecar.Slow(dev.Info().DriverName, dev.Info().DriverInfo); slow != "" {
		fmt.Fprintln(say, "vkgan: "+slow)
	}
	return dev, nil
}

// userCache is the folder of that name in the user's cache; "" for a user without one.
func userCache(name string) string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "vkgan", name)
}

// deviceError adds what to do about a device that cannot be opened.
func deviceError(err error) error {
	switch {
	case errors.Is(err, vk.ErrNoLoader):
		return fmt.Errorf("%w: install the Vulkan loader (Debian, Ubuntu: apt-get install libvulkan1)", err)
	case errors.Is(err, vk.ErrNoDevice):
		return fmt.Errorf("%w: `vkgan devices` lists them, `vkgan doctor` says what is missing", err)
	}
	return err
}

// workError adds what to do about work that the device could not do.
func workError(err error) error {
	switch {
	case errors.Is(err, vk.ErrOutOfMemory):
		return fmt.Errorf("%w: a smaller --batch-size or --train-images takes less", err)
	case errors.Is(err, vk.ErrTimeout):
		return fmt.Errorf("%w: VKGAN_TIMEOUT=10m waits longer; a smaller --batch-size takes less time", err)
	case errors.Is(err, vk.ErrDeviceLost):
		return fmt.Errorf("%w: the driver gave up; the system's log (dmesg) may say why", err)
	}
	return err
}

// inferenceError is workError for work that no flag makes smaller.
func inferenceError(err error) error {
	if errors.Is(err, vk.ErrOutOfMemory) {
		return fmt.Errorf("%w: end what else takes the device's memory, or choose another --device", err)
	}
	return workError(err)
}

// session is a model on a device, or the device alone.
type session struct {
	name    string // the model's
	dev     *vk.Device
	data    *gan.Dataset
	model   gan.Model
	title   string       // for people
	trainer *gan.Trainer // nil: it is not to be trained
}

// openSession makes a job's model ready to be trained on a device in a precision, with the kernels of a table. The caller closes
// the session.
func openSession(device string, p precision, j job, table tabling, o gan.Options, watch gan.Observer, say io.Writer) (*session, error) {
	s, err := openModel(vk.Options{Device: device}, p, j, table, say)
	if err != nil {
		return nil, err
	}
	if err := s.prepare(o, watch); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// prepare makes the trainer.
func (s *session) prepare(o gan.Options, watch gan.Observer) (err error) {
	s.trainer, err = gan.NewTrainer(s.dev, s.model, o, watch)
	return workError(err)
}

// openModel sets a job's model up on a device in a precision, with the kernels of a table. The caller closes the session.
func openModel(device vk.Options, p precision, j job, table tabling, say io.Writer) (*session, error) {
	dev, err := p.open(openDevice, device, say)
	if err != nil {
		return nil, err
	}
	s := &session{name: j.model, title: j.title, dev: dev}
	if err := s.build(j, table); err != nil {
		return nil, errors.Join(workError(err), s.close())
	}
	return s, nil
}

// build chooses the kernels and takes the memory, unless a rehearsal shows that there is not enough.
func (s *session) build(j job, table tabling) error {
	rehearsal, err := s.rehearse(j)
	if err != nil {
		return err
	}
	tuning, err := table(s.dev, gan.Operations(rehearsal.dev, rehearsal.model))
	if err != nil {
		return err
	}
	if s.dev.SetTuning(tuning); tuning != nil { // which may need more memory
		if _, err := s.rehearse(j); err != nil {
			return err
		}
	}
	return s.allocate(j)
}

// rehearse builds the model without memory. The error says that there would not be enough.
func (s *session) rehearse(j job) (*session, error) {
	rehearsal := &session{dev: s.dev.Rehearsal()}
	if err := rehearsal.allocate(j); err != nil {
		return nil, err
	}
	if need, free := rehearsal.dev.Usage().Requested, s.dev.FreeMemory(); need > free {
		return nil, fmt.Errorf("%w: a batch of %s images needs %s, and the device has %s, %s of it free",
			vk.ErrOutOfMemory, count(rehearsal.model.BatchSize()), size(need), size(s.dev.Info().HeapBytes), size(free))
	}
	return rehearsal, nil
}

func (s *session) allocate(j job) (err error) {
	if s.data, err = gan.NewDataset(s.dev, j.set, j.trainImages); err != nil {
		return err
	}
	if s.model, err = j.build(s.dev, s.data); err != nil {
		s.model = nil // not an interface that holds a nil
	}
	return err
}

// close frees everything. Its error tells of the validation layer's messages, if any.
func (s *session) close() error {
	if s.trainer != nil {
		s.trainer.Free()
	}
	if s.model != nil {
		s.model.Free()
	}
	if s.data != nil {
		s.data.Free()
	}
	return s.dev.Close()
}

// closing closes the session after work that ended with err.
func closing(s *session, err error) error {
	if failed := s.close(); failed != nil {
		return errors.Join(err, failed)
	}
	return err
}
