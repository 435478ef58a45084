package gan

import (
	"errors"
	"time"

	"vkgan/vk"
)

const (
	submission   = 100 * time.Millisecond // a desktop's watchdog ends work that takes seconds
	maxPerSubmit = 256
)

// flight is a submission under way: after it, so many steps are done.
type flight struct {
	ticket vk.Ticket
	steps  int
}

// flights are the submissions under way, oldest first; the device's queue takes three.
type flights struct {
	of [4]flight
	n  int
}

// submit replays the step n times and reads what has finished meanwhile.
func (t *Trainer) submit(n int) error {
	if t.flying.n == 0 && t.pace.warm {
		t.pace.resumed(time.Now())
	}
	ticket, err := t.dev.Submit(t.step, n)
	if err != nil {
		return err
	}
	t.done += n
	if t.flying.n == len(t.flying.of) {
		if err := t.dev.Wait(t.flying.of[0].ticket); err != nil {
			return err
		}
		if err := t.collect(); err != nil {
			return err
		}
	}
	t.flying.of[t.flying.n] = flight{ticket, t.done}
	t.flying.n++
	return t.collect()
}

// drain waits until every submission has finished, and reads them.
func (t *Trainer) drain() error {
	if err := t.dev.Idle(); err != nil {
		return err
	}
	return t.collect()
}

// collect reads the figures of the submissions that have finished.
func (t *Trainer) collect() error {
	finished := t.dev.Done()
	landed := 0
	for landed < t.flying.n && t.flying.of[landed].ticket <= finished {
		landed++
	}
	if landed == 0 {
		return nil
	}
	upTo := t.flying.of[landed-1].steps
	copy(t.flying.of[:], t.flying.of[landed:t.flying.n])
	t.flying.n -= landed
	if each := t.pace.landed(upTo-t.read, time.Now()); each > 0 && t.landed != nil {
		t.landed(upTo-t.read, each)
	}
	for t.read < upTo {
		f, err := t.model.Figures(t.read)
		if err != nil {
			return err
		}
		t.read++
		t.mean.add(f)
		t.tell(f)
		// a line is due, unless an evaluation at this step will write one
		if t.read%t.options.LogEvery == 0 && t.read%t.options.EvalEvery != 0 {
			if err := t.line(Metrics{}); err != nil {
				return err
			}
		}
	}
	return nil
}

// perSubmission is how many steps go into a submission.
func (t *Trainer) perSubmission() int {
	if n := t.options.StepsPerSubmission; n > 0 {
		return n
	}
	step := t.pace.step()
	if step == 0 {
		return 1
	}
	return min(max(1, int(submission/step)), maxPerSubmit)
}

// repeat runs a program so many times, which takes less than as many steps, and waits.
func (t *Trainer) repeat(p *vk.Program, times int) error {
	for times > 0 {
		n := min(times, t.perSubmission())
		ticket, err := t.dev.Submit(p, n)
		if err != nil {
			return err
		}
		times -= n
		if t.options.Spectator != nil {
			if err := errors.Join(t.dev.Wait(ticket-1), t.spectated()); err != nil {
				return err
			}
		}
	}
	t.pace.interrupted()
	return t.dev.Idle()
}

func (t *Trainer) runOnce(p *vk.Program) error { return runOnce(t.dev, p) }

// pace is how long a step takes: a running mean over about the last ten landings, without the first, which compiles
// kernels.
type pace struct {
	warm  bool // something has landed
	last  time.Time
	mean  float64 // seconds
	count int     // landings measured
}

// landed notes that n more steps have finished, and tells how long each took; 0: that was not measured.
func (p *pace) landed(n int, now time.Time) (each time.Duration) {
	if !p.last.IsZero() {
		each = now.Sub(p.last) / time.Duration(n)
		p.count++
		p.mean += (each.Seconds() - p.mean) / float64(min(p.count, 10))
	}
	p.last, p.warm = now, true
	return each
}

// resumed says that the device, idle until now, gets steps again.
func (p *pace) resumed(now time.Time) { p.last = now }

// interrupted says that other work came between: until steps are submitted again, nothing is measured.
func (p *pace) interrupted() { p.last = time.Time{} }

// step is the mean, 0 while unknown.
func (p *pace) step() time.Duration { return time.Duration(p.mean * float64(time.Second)) }
