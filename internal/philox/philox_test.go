package philox

import "testing"

// The known-answer vectors that Random123 publishes (tests/kat_vectors, "philox4x32 10").
func TestBlockKnownAnswers(t *testing.T) {
	const ones = 0xffffffff
	for _, c := range []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{want: [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{ones, ones, ones, ones}, [2]uint32{ones, ones}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0}, [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		if got := Block(c.counter, c.key); got != c.want {
			t.Errorf("Block(%08x, %08x) = %08x, want %08x", c.counter, c.key, got, c.want)
		}
	}
}

// The contract, word by word: which part of the counter and key each coordinate is.
func TestWordIsTheContract(t *testing.T) {
	s := Stream{Seed: 0x299f31d0_a4093822, ID: 0x13198a2e}
	block := Block([4]uint32{1234, 0x85a308d3, 0x13198a2e, 0}, [2]uint32{0xa4093822, 0x299f31d0})
	for i, want := range block {
		if got := s.Word(0x85a308d3, 1234*4+uint32(i)); got != want {
			t.Errorf("word %d = %08x, want %08x", i, got, want)
		}
	}
}
