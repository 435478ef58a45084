package vk

import (
	"errors"
	"fmt"
)

// Recorder collects the commands of a Program. Its methods do not fail: the
// first error is End's.
type Recorder struct {
	d       *Device
	name    string
	err     error
	timed   bool
	ended   bool
	section string
	purpose fmt.Stringer
	steps   []step
	hazards *hazards
	toHost  bool // a Host buffer is written
	drop    int  // for tests: the barrier that is left out; the first is 0; -1: none
}

type stepKind uint8

const (
	stepDispatch stepKind = iota
	stepCopy
	stepFill
)

// step is one command and whether a barrier stands in front of it.
type step struct {
	Command
	kind     stepKind
	barrier  bool
	call     Call
	dst, src Range
	word     uint32
}

// NewRecorder begins a program. name appears in errors.
func (d *Device) NewRecorder(name string) *Recorder {
	err := d.usable()
	if d.rehearsal {
		err = errors.New("a rehearsal makes no programs")
	}
	return &Recorder{d: d, name: name, err: err, hazards: newHazards(d.physical.info.Limits.StorageAlign), drop: -1}
}

// Device is the device that the program is for.
func (r *Recorder) Device() *Device { return r.d }

// Section names the steps that follow, in timings: "D.conv2.backward".
func (r *Recorder) Section(name string) { r.section = name }

// Timed makes the program write a timestamp around every step. It must come
// before the first; the device must have timestamps.
func (r *Recorder) Timed() {
	switch {
	case len(r.steps) > 0:
		r.fail(errors.New("Timed after the first step"))
	case r.d.physical.info.Limits.TimestampBits == 0:
		r.fail(errNoTimestamps)
	}
	r.timed = true
}

// Operation says what the steps that follow are for, until end is called; their
// Commands tell. An operation may be part of another.
func (r *Recorder) Operation(o fmt.Stringer) (end func()) {
	whole := r.purpose
	r.purpose = o
	return func() { r.purpose = whole }
}

// Commands are the steps so far. A rehearsal's recorder has these alone: what
// would be recorded.
func (r *Recorder) Commands() []Command {
	list := make([]Command, len(r.steps))
	for i, s := range r.steps {
		list[i] = s.Command
	}
	return list
}

// Dispatch adds a kernel. It checks the call against the shader and the
// device's limits. The zero Range may stand for an argument that the kernel
// would only read and, specialised as it is, does not.
func (r *Recorder) Dispatch(k Dispatcher) { r.DispatchWork(k, Work{}) }

// DispatchWork is Dispatch of a kernel that does arithmetic worth counting, or
// does not touch all of its arguments.
func (r *Recorder) DispatchWork(k Dispatcher, w Work) {
	c := k.Call()
	if c.Shader == nil {
		r.fail(errors.New("dispatch without a shader"))
		return
	}
	if w.Bytes == 0 {
		w.Bytes = c.traffic()
	}
	what := Command{Kernel: c.label(), Work: w}
	if r.rehearses() {
		r.note(what)
		return
	}
	c, err := c.withUnused(r.d)
	if err == nil {
		err = c.fits(r.d)
	}
	if err != nil {
		r.fail(fmt.Errorf("%s: %w", c.label(), err))
		return
	}
	r.add(step{Command: what, kind: stepDispatch, call: c})
}

// Copy adds a copy from src to dst, of the same length.
func (r *Recorder) Copy(dst, src Range) {
	what := Command{Kernel: "copy", Work: Work{Bytes: 2 * float64(src.bytes)}}
	if r.rehearses() {
		r.note(what)
		return
	}
	if err := errors.Join(dst.on(r.d), src.on(r.d)); err != nil {
		r.fail(fmt.Errorf("copy: %w", err))
		return
	}
	if dst.bytes != src.bytes || src.bytes == 0 {
		r.fail(fmt.Errorf("copy: %s to %s: want the same length, and at least one byte", src, dst))
		return
	}
	if dst.buffer == src.buffer && dst.offset < src.offset+src.bytes && src.offset < dst.offset+dst.bytes {
		r.fail(fmt.Errorf("copy: %s and %s overlap", src, dst))
		return
	}
	r.add(step{Command: what, kind: stepCopy, dst: dst, src: src})
}

// Fill adds the writing of word all over dst, which begins at a multiple of 4
// bytes and is as long.
func (r *Recorder) Fill(dst Range, word uint32) {
	what := Command{Kernel: "fill", Work: Work{Bytes: float64(dst.bytes)}}
	if r.rehearses() {
		r.note(what)
		return
	}
	if err := dst.on(r.d); err != nil {
		r.fail(fmt.Errorf("fill: %w", err))
		return
	}
	if dst.bytes == 0 || dst.bytes%4 != 0 || dst.offset%4 != 0 {
		r.fail(fmt.Errorf("fill: %s: want multiples of 4 bytes", dst))
		return
	}
	r.add(step{Command: what, kind: stepFill, dst: dst, word: word})
}

func (r *Recorder) add(s step) {
	if r.err != nil {
		return
	}
	s.Section, s.Operation = r.section, r.purpose
	r.append(s)
}

// append puts a step behind the others, and a barrier in front of it where one must stand.
func (r *Recorder) append(s step) {
	ranges, access := s.touched()
	s.barrier = r.hazards.add(len(r.steps), ranges, access)
	r.steps = append(r.steps, s)
	for i, x := range ranges {
		r.toHost = r.toHost || (access[i]&Write != 0 && x.buffer.block.memory == Host)
	}
}

// touched is what the step reads and writes.
func (s step) touched() ([]Range, []Access) {
	switch s.kind {
	case stepCopy:
		return []Range{s.dst, s.src}, []Access{Write, Read}
	case stepFill:
		return []Range{s.dst}, []Access{Write}
	}
	access := make([]Access, len(s.call.Args))
	for i, a := range s.call.Shader.Args {
		access[i] = a.Access
	}
	return s.call.Args, access
}

func (r *Recorder) rehearses() bool { return r.d.rehearsal }

// note keeps what a rehearsal would have recorded.
func (r *Recorder) note(c Command) {
	c.Section, c.Operation = r.section, r.purpose
	r.steps = append(r.steps, step{Command: c})
}

func (r *Recorder) fail(err error) {
	if r.err == nil {
		r.err = fmt.Errorf("step %d of %s: %w", len(r.steps), r.name, err)
	}
}

// End makes the program: pipelines, descriptor sets and the command buffer,
// which is filled in one call into C. It returns the first error of the
// recording. A Recorder ends once.
func (r *Recorder) End() (*Program, error) {
	if r.err == nil && r.ended {
		r.fail(errors.New("End was called before"))
	}
	if r.err == nil && len(r.steps) == 0 {
		r.fail(errors.New("nothing was recorded"))
	}
	if r.err != nil {
		return nil, r.err
	}
	r.ended = true
	p, err := r.d.newProgram(r)
	if err != nil {
		return nil, fmt.Errorf("program %s: %w", r.name, err)
	}
	return p, nil
}
