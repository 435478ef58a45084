package gan

import (
	"errors"

	"vkgan/vk"
)

// programs are recorded first, and ended together, so that their kernels are compiled together.
type programs []recorded

type recorded struct {
	rec *vk.Recorder
	to  **vk.Program
}

// record records a program that end puts into to.
func (l *programs) record(to **vk.Program, dev *vk.Device, name string, record func(rec *vk.Recorder)) {
	rec := dev.NewRecorder(name)
	record(rec)
	*l = append(*l, recorded{rec, to})
}

// end makes the programs. compiled is told of every kernel.
func (l programs) end(dev *vk.Device, compiled func(done, total int)) error {
	recs := make([]*vk.Recorder, len(l))
	for i, r := range l {
		recs[i] = r.rec
	}
	if err := dev.Compile(compiled, recs...); err != nil {
		return err
	}
	var errs []error
	for _, r := range l {
		p, err := r.rec.End()
		*r.to = p
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// newProgram records a program.
func newProgram(dev *vk.Device, name string, record func(rec *vk.Recorder)) (*vk.Program, error) {
	rec := dev.NewRecorder(name)
	record(rec)
	return rec.End()
}

// runOnce runs a program and waits.
func runOnce(dev *vk.Device, p *vk.Program) error {
	ticket, err := dev.Submit(p, 1)
	if err != nil {
		return err
	}
	return dev.Wait(ticket)
}
