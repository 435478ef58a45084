package layers

import (
	"math"

	"vkgan/shaders"
	"vkgan/vk"
)

// Adam is Adam (Kingma & Ba 2015, algorithm 1): a parameter moves by -Rate m̂/(√v̂ + Eps), PyTorch's form, with the moments'
// biases corrected first.
type Adam struct {
	Rate, Beta1, Beta2, Eps float32
	EpsInside               bool   // by -Rate m̂/√(v̂ + Eps), openai/improved-gan's form
	Decay                   Decay  // of Rate
	Guard                   *Guard // nil: none
}

// Decay lets a rate fall linearly to 0: step number t, the first being 0, takes min(1, (End - t)/Steps) of it. So it is whole
// up to step End - Steps, and 0 from step End on. The zero value leaves the rate as it is.
type Decay struct{ Steps, End int }

// Step records one update of all parameters from their gradients. step [1] uint32 counts the steps done before.
func (a Adam) Step(rec *vk.Recorder, ps *Params, step vk.Range) {
	a.StepPart(rec, ps, 0, len(ps.All), step)
}

// StepPart records one update of the parameters ps.All[from:to].
func (a Adam) StepPart(rec *vk.Recorder, ps *Params, from, to int, step vk.Range) {
	first, end := ps.begin(from), ps.begin(to)
	part := func(of *vk.Buffer) vk.Range { return of.All().Slice(first, end-first) }
	n := int((end - first) / 4)
	f := flat(rec, n)
	var frozen vk.Range
	if a.Guard != nil {
		frozen = a.Guard.frozen()
	}
	rec.Dispatch(shaders.Adam{
		Step: step, Grad: part(ps.Grad), Param: part(ps.Value), M: part(ps.M), V: part(ps.V), Bad: ps.bad, Frozen: frozen,
		N: int32(n), Rate: a.Rate, Beta1: a.Beta1, Beta2: a.Beta2,
		LogBeta1: float32(math.Log(float64(a.Beta1))), LogBeta2: float32(math.Log(float64(a.Beta2))), Eps: a.Eps,
		Decay: int32(a.Decay.Steps), End: int32(a.Decay.End), First: int32(first / 4),
		Local: f.local, RUNS: f.runs, PER: f.per, GUARDED: a.Guard != nil, EpsInside: a.EpsInside, Groups: f.groups,
	})
}
