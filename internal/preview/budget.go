package preview

import "time"

// budget keeps what pictures cost below a share of the time.
type budget struct {
	share float64       // of the time
	last  time.Time     // a picture was begun
	cost  time.Duration // of it
}

// The share of the time that pictures which nobody asked for may take of training's. On a CPU driver 5 % is the goal: what
// pictures cost beyond their own time, in caches and in a display server on the same cores, is as much again.
const (
	shareOfGPU = 0.02
	shareOfCPU = 0.025
)

func newBudget(cpu bool) budget {
	if cpu {
		return budget{share: shareOfCPU}
	}
	return budget{share: shareOfGPU}
}

// due tells whether it is time for the next picture, on a display of so many pictures a second.
func (b *budget) due(now time.Time, rate float64) bool {
	wait := time.Duration(float64(b.cost) / b.share)
	if rate > 0 {
		wait = max(wait, time.Duration(float64(time.Second)/rate))
	}
	return now.Sub(b.last) >= wait
}

// spent notes what a picture took.
func (b *budget) spent(began, ended time.Time) { b.last, b.cost = began, ended.Sub(began) }
