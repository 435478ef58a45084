package spirv

// pair computes an integer instruction of two operands on values extended to 64 bits.
func pair(op uint32, a, b uint64) (value uint64, ok bool) {
	if compare, ok := comparisons[op]; ok {
		if compare(a, b) {
			return 1, true
		}
		return 0, true
	}
	if divide, ok := divisions[op]; ok {
		if b == 0 {
			return 0, false
		}
		return divide(a, b), true
	}
	if compute, ok := arithmetic[op]; ok {
		return compute(a, b), true
	}
	return 0, false
}

var arithmetic = map[uint32]func(a, b uint64) uint64{
	128: func(a, b uint64) uint64 { return a + b },                 // IAdd
	130: func(a, b uint64) uint64 { return a - b },                 // ISub
	132: func(a, b uint64) uint64 { return a * b },                 // IMul
	166: func(a, b uint64) uint64 { return a | b },                 // LogicalOr
	167: func(a, b uint64) uint64 { return a & b },                 // LogicalAnd
	194: func(a, b uint64) uint64 { return a >> b },                // ShiftRightLogical
	195: func(a, b uint64) uint64 { return uint64(int64(a) >> b) }, // ShiftRightArithmetic
	196: func(a, b uint64) uint64 { return a << b },                // ShiftLeftLogical
	197: func(a, b uint64) uint64 { return a | b },                 // BitwiseOr
	198: func(a, b uint64) uint64 { return a ^ b },                 // BitwiseXor
	199: func(a, b uint64) uint64 { return a & b },                 // BitwiseAnd
}

var divisions = map[uint32]func(a, b uint64) uint64{
	134: func(a, b uint64) uint64 { return a / b },                                // UDiv
	135: func(a, b uint64) uint64 { return uint64(int64(a) / int64(b)) },          // SDiv
	137: func(a, b uint64) uint64 { return a % b },                                // UMod
	138: func(a, b uint64) uint64 { return uint64(int64(a) % int64(b)) },          // SRem
	139: func(a, b uint64) uint64 { return uint64(floorMod(int64(a), int64(b))) }, // SMod
}

func floorMod(a, b int64) int64 {
	r := a % b
	if r != 0 && (r < 0) != (b < 0) {
		r += b
	}
	return r
}

var comparisons = map[uint32]func(a, b uint64) bool{
	164: func(a, b uint64) bool { return a == b },               // LogicalEqual
	165: func(a, b uint64) bool { return a != b },               // LogicalNotEqual
	170: func(a, b uint64) bool { return a == b },               // IEqual
	171: func(a, b uint64) bool { return a != b },               // INotEqual
	172: func(a, b uint64) bool { return a > b },                // UGreaterThan
	173: func(a, b uint64) bool { return int64(a) > int64(b) },  // SGreaterThan
	174: func(a, b uint64) bool { return a >= b },               // UGreaterThanEqual
	175: func(a, b uint64) bool { return int64(a) >= int64(b) }, // SGreaterThanEqual
	176: func(a, b uint64) bool { return a < b },                // ULessThan
	177: func(a, b uint64) bool { return int64(a) < int64(b) },  // SLessThan
	178: func(a, b uint64) bool { return a <= b },               // ULessThanEqual
	179: func(a, b uint64) bool { return int64(a) <= int64(b) }, // SLessThanEqual
}
