package gan

import (
	"fmt"
	"math"

	"vkgan/layers"
)

// Optimiser is a recipe's part about Adam.
type Optimiser struct {
	Rate         float32 `json:"rate"`
	Beta1        float32 `json:"beta1"`
	Beta2        float32 `json:"beta2"`
	Eps          float32 `json:"eps"`
	EpsInside    bool    `json:"eps_inside"`    // Eps is added inside the square root
	RateDecay    float32 `json:"rate_decay"`    // the share of the planned steps, the last, over which the rate falls linearly to 0; 0: none
	PlannedSteps int     `json:"planned_steps"` // that RateDecay counts on
}

// adam is the optimiser that layers knows, with a rate of its own.
func (o Optimiser) adam() layers.Adam {
	return layers.Adam{Rate: o.Rate, Beta1: o.Beta1, Beta2: o.Beta2, Eps: o.Eps, EpsInside: o.EpsInside, Decay: o.decay()}
}

func (o Optimiser) decay() layers.Decay {
	if o.RateDecay == 0 {
		return layers.Decay{}
	}
	return layers.Decay{Steps: max(1, int(math.Round(float64(o.RateDecay)*float64(o.PlannedSteps)))), End: o.PlannedSteps}
}

// About says how the rate falls, "" where it does not.
func (o Optimiser) About() string {
	d := o.decay()
	if d.Steps == 0 {
		return ""
	}
	return fmt.Sprintf("%g, from step %d on falling linearly to 0 at step %d", o.Rate, d.End-d.Steps, d.End)
}

func (o Optimiser) check() error {
	switch {
	case !(o.Rate > 0 && o.Rate <= math.MaxFloat32):
		return fmt.Errorf("rate is %g: want a positive learning rate", o.Rate)
	case !(o.Beta1 >= 0 && o.Beta1 < 1) || !(o.Beta2 > 0 && o.Beta2 < 1):
		return fmt.Errorf("beta1 is %g, beta2 is %g: want values in [0,1)", o.Beta1, o.Beta2)
	case !(o.Eps > 0 && o.Eps <= math.MaxFloat32):
		return fmt.Errorf("eps is %g: want a positive number", o.Eps)
	case !(o.RateDecay >= 0 && o.RateDecay <= 1):
		return fmt.Errorf("rate-decay is %g: want a share of the steps in (0,1], or 0 for none", o.RateDecay)
	case o.PlannedSteps < 0 || o.PlannedSteps > math.MaxInt32:
		return fmt.Errorf("planned-steps is %d: want a number of steps up to %d", o.PlannedSteps, math.MaxInt32)
	case o.RateDecay > 0 && o.PlannedSteps == 0:
		return fmt.Errorf("rate-decay is %g, but planned-steps is 0: want the number of steps that the decay counts on", o.RateDecay)
	}
	return nil
}
