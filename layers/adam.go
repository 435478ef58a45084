package layers

import (
	"math"

	"vkgan/shaders"
	"vkgan/vk"
)

// Adam is Adam (Kingma & Ba 2015, algorithm 1) in PyTorch's form: eps is added after the bias correction.
type Adam struct {
	Rate, Beta1, Beta2, Eps float32
	Guard                   *Guard // nil: none
}

// Step records one update of all parameters from their gradients. step [1] uint32 counts the steps done before.
func (a Adam) Step(rec *vk.Recorder, ps *Params, step vk.Range) {
	n := int(ps.bytes / 4)
	f := flat(rec, n)
	var frozen vk.Range
	if a.Guard != nil {
		frozen = a.Guard.frozen()
	}
	rec.Dispatch(shaders.Adam{
		Step: step, Grad: ps.Grad.All(), Param: ps.Value.All(), M: ps.M.All(), V: ps.V.All(), Bad: ps.bad, Frozen: frozen,
		N: int32(n), Rate: a.Rate, Beta1: a.Beta1, Beta2: a.Beta2,
		LogBeta1: float32(math.Log(float64(a.Beta1))), LogBeta2: float32(math.Log(float64(a.Beta2))), Eps: a.Eps,
		Local: f.local, RUNS: f.runs, PER: f.per, GUARDED: a.Guard != nil, Groups: f.groups,
	})
}
