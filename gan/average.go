package gan

import "strings"

// averagePrefix is that of the tensors of a network's average over its training steps.
const averagePrefix = "ema."

// averaged says that the checkpoint holds the average of network "G" or "D".
func (c *Checkpoint) averaged(network string) bool {
	for _, t := range c.tensors.Tensors {
		if strings.HasPrefix(t.Name, averagePrefix+network+".") {
			return true
		}
	}
	return false
}
