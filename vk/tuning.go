package vk

// Tuning tells the name of an operation which variant of its kernels to take, by
// that one's name. It holds for one device and driver.
type Tuning map[string]string

// SetTuning makes t the tuning table of what is built and recorded on d from now
// on, and on its rehearsals. Without one, and for operations that it does not
// name, the choice is the built-in one.
func (d *Device) SetTuning(t Tuning) { d.tuning = t }

// Tuning is the table that SetTuning was given.
func (d *Device) Tuning() Tuning { return d.tuning }
