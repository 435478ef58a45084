package philox

// Permute is where element i < n stands in this epoch's permutation of [0,n): a keyed pseudo-random
// bijection that needs no storage, so that a device finds the images of a batch without a shuffle.
//
// It is a balanced Feistel network (Luby and Rackoff, 1988) of 8 rounds on the smallest 2h bits, h ≥ 1,
// that hold n values:
//
//	(L, R) ← (R, L ⊕ (F_r(R) mod 2^h)),   F_r(R) = word 0 of the block of counter (R, epoch, stream, r)
//
// with L the high half, applied again while the result is n or more (cycle walking: Black and Rogaway,
// "Ciphers with Arbitrary Finite Domains", 2002; under four times on average).
func (s Stream) Permute(epoch, i, n uint32) uint32 {
	h := HalfBits(n)
	mask := uint32(1)<<h - 1
	for {
		l, r := i>>h, i&mask
		for round := range uint32(8) {
			l, r = r, l^Block([4]uint32{r, epoch, s.ID, round}, s.key())[0]&mask
		}
		if i = l<<h | r; i < n {
			return i
		}
	}
}

// HalfBits is h in Permute: the smallest half, at least 1, of a number of bits that holds n values.
func HalfBits(n uint32) int {
	h := 1
	for uint64(1)<<(2*h) < uint64(n) {
		h++
	}
	return h
}
