package main

import (
	"errors"
	"fmt"
	"io"

	"vkgan/gan"
	"vkgan/vk"
	"vkgan/vk/sidecar"
)

// openDevice opens the device that want names, "" for the best, and warns of a slow driver on say. Errors name the
// remedy.
func openDevice(want string, say io.Writer) (*vk.Device, error) {
	dev, err := vk.Open(vk.Options{Device: want})
	if err != nil {
		return nil, deviceError(err)
	}
	if slow := sidecar.Slow(dev.Info().DriverName, dev.Info().DriverInfo); slow != "" {
		fmt.Fprintln(say, "vkgan: "+slow)
	}
	return dev, nil
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
	dev     *vk.Device
	data    *gan.Dataset
	model   gan.Model
	trainer *gan.Trainer // nil: it is not to be trained
}

// openSession makes a job's model ready to be trained on a device. The caller closes the session.
func openSession(device string, j job, o gan.Options, watch gan.Observer, say io.Writer) (*session, error) {
	s, err := openModel(device, j, say)
	if err != nil {
		return nil, err
	}
	if s.trainer, err = gan.NewTrainer(s.dev, s.model, o, watch); err != nil {
		return nil, errors.Join(workError(err), s.close())
	}
	return s, nil
}

// openModel sets a job's model up on a device. The caller closes the session.
func openModel(device string, j job, say io.Writer) (*session, error) {
	dev, err := openDevice(device, say)
	if err != nil {
		return nil, err
	}
	s := &session{dev: dev}
	if err := s.build(j); err != nil {
		return nil, errors.Join(workError(err), s.close())
	}
	return s, nil
}

// build takes the memory, unless a rehearsal shows that there is not enough.
func (s *session) build(j job) error {
	rehearsal := session{dev: s.dev.Rehearsal()}
	if err := rehearsal.allocate(j); err != nil {
		return err
	}
	if need, free := rehearsal.dev.Usage().Requested, s.dev.FreeMemory(); need > free {
		return fmt.Errorf("%w: a batch of %s images needs %s, and the device has %s, %s of it free",
			vk.ErrOutOfMemory, count(rehearsal.model.BatchSize()), size(need), size(s.dev.Info().HeapBytes), size(free))
	}
	return s.allocate(j)
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
