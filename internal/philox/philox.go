// Package philox is the project's only source of randomness: the counter-based generator
// Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3"
// (SC 2011), and what is drawn from it.
//
// Nothing here has state. Every number is a pure function of (seed, stream, step, element), so it
// does not matter who draws, in which order, or how often. The device's kernels and the PyTorch
// fixture (tools/fixture) follow the same contract:
//
//	key     = (seed's low 32 bits, seed's high 32 bits)
//	counter = (element/4, step, stream, attempt)
//	word    = block[element%4]
//
// attempt is 0 but for rejection sampling.
package philox

import "math/bits"

const (
	rounds = 10
	mul0   = 0xD2511F53
	mul1   = 0xCD9E8D57
	weyl0  = 0x9E3779B9 // golden ratio
	weyl1  = 0xBB67AE85 // sqrt(3) - 1
)

// Block is Philox4x32-10: the four words of one counter under one key.
func Block(counter [4]uint32, key [2]uint32) [4]uint32 {
	for range rounds {
		hi0, lo0 := bits.Mul32(mul0, counter[0])
		hi1, lo1 := bits.Mul32(mul1, counter[2])
		counter = [4]uint32{hi1 ^ counter[1] ^ key[0], lo1, hi0 ^ counter[3] ^ key[1], lo0}
		key[0] += weyl0
		key[1] += weyl1
	}
	return counter
}
