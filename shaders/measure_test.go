package shaders_test

import (
	"math"

	"vkgan/shaders"
)

func testCopy(r *rig) {
	type copying struct{ n, per, runs int }
	l := r.lanes()
	each(r, []copying{{5*l + 3, 2, 2}, {1, 1, 0}, {l, 3, 1}, {6*l - 1, 3, 0}, {l - 1, 4, 2}}, func(r *rig, c copying) {
		x, y := r.normals(c.n), r.out(c.n)
		r.run(shaders.Copy{X: r.floats(x).Range, Y: y.Range, N: int32(c.n),
			Local: uint32(l), PER: int32(c.per), RUNS: int32(c.runs), Groups: [3]uint32{ceil(c.n, l*c.per), 1, 1}})
		r.sameFloats("y", y, x)
	})
}

func testMultiplyAdd(r *rig) {
	type chains struct{ groups, chains, steps, turns int }
	l := r.lanes()
	each(r, []chains{{3, 12, 4, 5}, {1, 1, 1, 1}, {2, 3, 7, 2}}, func(r *rig, c chains) {
		const scale, shift = 0.75, 0.5
		n := c.groups * l
		x, y := r.normals(n), r.out(n)
		r.run(shaders.MultiplyAdd{X: r.floats(x).Range, Y: y.Range, Scale: scale, Shift: shift, Turns: int32(c.turns),
			Local: uint32(l), CHAINS: int32(c.chains), STEPS: int32(c.steps), Groups: [3]uint32{uint32(c.groups), 1, 1}})
		want := make([]float64, n)
		for i, v := range x {
			for chain := range c.chains { // a geometric series
				power := math.Pow(scale, float64(c.steps*c.turns))
				want[i] += (float64(v)+float64(chain))*power + shift*(1-power)/(1-scale)
			}
		}
		r.near("y", y, want)
	})
}
