package gan

import "vkgan/vk"

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
