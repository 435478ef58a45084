package philox

import "math"

// Stream is one independent sequence of numbers per step: ID says what they are used for (streams.go).
type Stream struct {
	Seed uint64
	ID   uint32
}

func (s Stream) key() [2]uint32 { return [2]uint32{uint32(s.Seed), uint32(s.Seed >> 32)} }

// Word is the raw 32-bit word that every other draw of this element is made from.
func (s Stream) Word(step, element uint32) uint32 {
	return Block([4]uint32{element / 4, step, s.ID, 0}, s.key())[element%4]
}

// Uniform is uniform in [0,1): the word's upper 24 bits, exact in float32.
func (s Stream) Uniform(step, element uint32) float32 {
	return float32(unit(s.Word(step, element)))
}

// Below is an integer uniform in [0,n), by Lemire's multiplication; its bias is below n/2^32.
func (s Stream) Below(step, element, n uint32) uint32 {
	return uint32(uint64(s.Word(step, element)) * uint64(n) >> 32)
}

// Normal is standard normal.
func (s Stream) Normal(step, element uint32) float32 {
	return s.normal(step, element, 0)
}

// normal is the element's one of its pair.
func (s Stream) normal(step, element, attempt uint32) float32 {
	even, odd := s.normals(step, element, attempt)
	if element%2 == 0 {
		return even
	}
	return odd
}

// Normals is the Normal of each element from first on, so many as there is room for.
func (s Stream) Normals(step, first uint32, to []float32) {
	for i := 0; i < len(to); {
		element := first + uint32(i)
		even, odd := s.normals(step, element, 0)
		if element%2 == 0 {
			to[i] = even
			i++
		}
		if i < len(to) {
			to[i] = odd
			i++
		}
	}
}

// TruncatedNormal is standard normal, redrawn until within two standard deviations, as TensorFlow's
// truncated_normal. Attempt a of an element is the element's normal in the blocks of attempt a.
func (s Stream) TruncatedNormal(step, element uint32) float32 {
	for attempt := uint32(0); ; attempt++ {
		if x := s.normal(step, element, attempt); -2 <= x && x <= 2 {
			return x
		}
	}
}

// normals is Box-Muller for the element and its neighbour, the even one first: words 0 and 1 of a block give its elements 0
// and 1, words 2 and 3 its elements 2 and 3:
//
//	u = (even word's upper 24 bits + 1) / 2^24   in (0,1]
//	v =   odd word's upper 24 bits      / 2^24   in [0,1)
//	even element = sqrt(-2 ln u) cos(2πv),  odd element = sqrt(-2 ln u) sin(2πv)
//
// in float64, rounded once.
func (s Stream) normals(step, element, attempt uint32) (even, odd float32) {
	block := Block([4]uint32{element / 4, step, s.ID, attempt}, s.key())
	pair := element % 4 / 2 * 2
	radius := math.Sqrt(-2 * math.Log(unit(block[pair])+0x1p-24))
	sin, cos := math.Sincos(2 * math.Pi * unit(block[pair+1]))
	return float32(radius * cos), float32(radius * sin)
}

// unit maps a word's upper 24 bits to [0,1).
func unit(word uint32) float64 { return float64(word>>8) * 0x1p-24 }
