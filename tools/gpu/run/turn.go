package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"vkgan/tools/gpu/facts"
)

// turn is some time of a part, which goes on where the last one ended.
type turn struct {
	*kit
	part  part
	ctx   context.Context // until the turn's time is over
	value facts.File
	head  *facts.Head // in it
	gain  int         // what was measured in this turn
	begun time.Time
	spent float64 // seconds of the turns before
}

// tooOften is how many turns in a row may be killed, or begin after a failure.
const tooOften = 3

// newTurn reads what there is of a part.
func (k *kit) newTurn(p part) *turn {
	t := &turn{kit: k, part: p}
	t.value = facts.New(p.name)
	if _, err := facts.Read(k.state, p.name, t.value); err != nil {
		fmt.Fprintf(k.log, "%s: %v\n", p.name, err)
		file := facts.Path(k.state, p.name)
		os.Rename(file, file+".damaged") // what there is may be of use to a person
		t.value = facts.New(p.name)
	}
	t.head = t.value.Common()
	t.spent = t.head.Seconds
	return t
}

// take works on a part for at most limit. It tells whether the part got on.
func (t *turn) take(ctx context.Context, limit time.Duration) bool {
	h := t.head
	if h.Status == facts.Running {
		h.Killed++
		h.Status, h.Why = facts.Partial, "the kit was killed in the last turn"
	}
	if h.Killed >= tooOften {
		t.close(facts.Failed, fmt.Sprintf("the kit was killed in %d turns in a row; remove %s to try again",
			h.Killed, facts.Path(t.state, h.Part)))
		return false
	}
	if left := t.remaining(); left < t.part.least {
		if why := fmt.Sprintf("%.0f s of the budget are left, it wants %.0f", max(0, left.Seconds()), t.part.least.Seconds()); h.Turns == 0 {
			t.close(facts.LeftOut, why)
		} else {
			t.close(h.Status, "no further turn: "+why)
		}
		return false
	}
	if h.Status == facts.Failed {
		h.Failures = nil // all of it is tried again
	}
	h.Status, h.Why, h.LeftOut, h.Kit = facts.Running, "", nil, t.build
	h.Turns++
	t.begun = time.Now()
	var stop context.CancelFunc
	t.ctx, stop = context.WithTimeout(ctx, min(limit, t.remaining()))
	defer stop()
	t.save()
	fmt.Fprintf(t.log, "== %s, turn %d\n", h.Part, h.Turns)
	err := t.part.run(t)
	if t.gain > 0 {
		h.Killed = 0
	}
	switch {
	case ctx.Err() != nil && err != nil:
		t.close(facts.Partial, "the kit was interrupted")
		return t.gain > 0
	case t.ctx.Err() != nil && err != nil:
		t.close(facts.Partial, fmt.Sprintf("its %.0f s were over", time.Since(t.begun).Seconds()))
		return t.gain > 0
	case errors.Is(err, errMore):
		t.close(facts.Partial, err.Error())
		return t.gain > 0
	case err != nil:
		t.close(facts.Failed, err.Error())
		return false
	}
	t.close(facts.Done, "")
	return true
}

// errMore is wrapped by what a part returns that wants another turn.
var errMore = errors.New("it wants more time")

// close notes how the turn ended.
func (t *turn) close(s facts.Status, why string) {
	t.head.Status, t.head.Why = s, why
	t.save()
	fmt.Fprintf(t.log, "   %s: %s", t.head.Part, s)
	if why != "" {
		fmt.Fprintf(t.log, ": %s", why)
	}
	fmt.Fprintln(t.log)
}

// save stores what there is.
func (t *turn) save() {
	h := t.head
	h.Updated = time.Now().UTC().Truncate(time.Second)
	if !t.begun.IsZero() {
		h.Seconds = t.spent + time.Since(t.begun).Seconds()
	}
	if err := facts.Write(t.state, h.Part, t.value); err != nil {
		fmt.Fprintf(t.log, "   %s is not stored: %v\n", h.Part, err)
	}
}

// measured notes something new.
func (t *turn) measured(format string, args ...any) {
	t.gain++
	t.save()
	fmt.Fprintf(t.log, "   "+format+"\n", args...)
}

// failed notes what could not be measured and does not stop the part.
func (t *turn) failed(what string, err error) {
	t.head.Failures = append(without(t.head.Failures, what), facts.Failure{What: what, Why: err.Error()})
	t.measured("FAILED %s: %v", what, err)
}

// unless is the error of a part of which nothing could be measured.
func (t *turn) unless(something bool) error {
	if something || len(t.head.Failures) == 0 {
		return nil
	}
	return errors.New("nothing of it could be measured")
}

// leave notes what is not tried.
func (t *turn) leave(what, why string) {
	t.head.LeftOut = append(without(t.head.LeftOut, what), facts.Failure{What: what, Why: why})
	t.save()
	fmt.Fprintf(t.log, "   left out: %s: %s\n", what, why)
}

func without(list []facts.Failure, what string) []facts.Failure {
	return slices.DeleteFunc(list, func(f facts.Failure) bool { return f.What == what })
}

// hasFailed tells whether something could not be measured, now or in an earlier turn.
func (t *turn) hasFailed(what string) bool {
	return slices.ContainsFunc(t.head.Failures, func(f facts.Failure) bool { return f.What == what })
}

// left is what is left of the turn.
func (t *turn) left() time.Duration {
	deadline, _ := t.ctx.Deadline()
	return time.Until(deadline)
}
