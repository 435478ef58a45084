package vk

import "slices"

// Invariant moves the steps that come to the same whenever the program runs
// into a recorder of their own: those that read only the given ranges, or what
// such steps write, and are the only ones to write where they do. Its program,
// if it has any steps, must run once ahead of this one's, and again where a
// given range has changed; what it writes, nothing else may write meanwhile.
func (r *Recorder) Invariant(given ...Range) *Recorder {
	once := r.d.NewRecorder(r.name + ", once")
	unused, err := r.d.unused()
	if r.err != nil || err != nil {
		return once // End tells of the first, and without the second nothing reads what is unused
	}
	constant := append(slices.Clone(given), unused.All())
	var kept []step
	for i, s := range r.steps {
		if !r.invariant(i, constant) {
			kept = append(kept, s)
			continue
		}
		once.append(s)
		ranges, access := s.touched()
		for k, x := range ranges {
			if access[k] == Write {
				constant = append(constant, x)
			}
		}
	}
	r.steps, r.hazards, r.toHost = nil, newHazards(r.hazards.align), false
	for _, s := range kept {
		r.append(s)
	}
	return once
}

// invariant says whether step i comes to the same every time, where these
// ranges are constant.
func (r *Recorder) invariant(i int, constant []Range) bool {
	ranges, access := r.steps[i].touched()
	for k, x := range ranges {
		switch access[k] {
		case Read:
			if !slices.ContainsFunc(constant, x.within) {
				return false
			}
		case Write:
			if slices.ContainsFunc(constant, x.overlaps) || r.contended(i, x) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// contended says whether another step than i writes x, or an earlier one reads it.
func (r *Recorder) contended(i int, x Range) bool {
	for j, s := range r.steps {
		ranges, access := s.touched()
		for k, other := range ranges {
			if j != i && x.overlaps(other) && (j < i || access[k]&Write != 0) {
				return true
			}
		}
	}
	return false
}

func (r Range) within(whole Range) bool {
	return r.buffer == whole.buffer && r.offset >= whole.offset && r.offset+r.bytes <= whole.offset+whole.bytes
}

func (r Range) overlaps(other Range) bool {
	return r.buffer == other.buffer && r.offset < other.offset+other.bytes && other.offset < r.offset+r.bytes
}
