package layers

// What is assumed of the coop family (shaders/include/coop.glsl) on an H200; nothing of it was measured (docs/performance.md,
// "Predicted in fp16").
const (
	// NVIDIA states 989 TFLOP/s of dense fp16 with fp32 sums for 132 SMs, which only asynchronous instructions of four subgroups reach
	// (wgmma). A cooperative matrix belongs to one subgroup and becomes mma.sync, which is known to reach 60 to 65 % of it.
	matrixRate = 0.62 * 989e12 / 2 / 132 / unitRate // multiply-adds in a lane's cycle

	// Shared memory and the first-level cache are one memory, which moves 128 bytes a cycle: a byte in a lane's cycle.
	//
	// An element of an operand is loaded by itself, since nothing says that a pair lies on 8 bytes: 32 invocations load every other one
	// of 256 bytes, and then the rest, and each load takes both lines.
	nearLoad  = 2 * 4 // bytes
	nearHalf  = 2     // of an element in fp16: stored once, loaded by each subgroup that wants it
	nearStore = 3 * 4 // of a sum: to shared memory and back, then out
)

// coop takes the slower of a unit's matrices and its near memory: while some work-groups use one, others use the other. Issue slots are
// left out: by the source an element takes 6 instructions, or 19 in a convolution's gather, and near memory is slower than that.
func (m machine) coop(t coop, p implicit) load {
	local := int(t.wm*t.wn) * m.subgroup
	chunks := int(ceil(int(ceil(p.terms, int(t.splits))), t.bk()))
	terms, sums := float64(chunks*t.bk()), float64(t.bm()*t.bn())
	loaded := terms * float64(t.bm()+t.bn())
	wanted := terms * float64(t.bm()*int(t.wn)+t.bn()*int(t.wm)) // by all subgroups
	return load{
		groups: t.groups(p), splits: t.splits, invocations: local, registers: t.registers(local), memory: t.memory(),
		moved: int(loaded + sums), share: attainable,
		work: max(terms*sums/matrixRate, (nearLoad+nearHalf)*loaded+nearHalf*wanted+nearStore*sums),
	}
}

// registers is what an invocation of so many holds: its part of the sums, of the operands, two to a register, and of the next chunk, which
// is fp32; where its lines begin, and the rest.
func (t coop) registers(local int) int {
	subgroups := int(t.wm * t.wn)
	sums := t.bm() * t.bn() / local
	operands := int((t.fm*t.m+t.n)*t.k) / 2 * subgroups / local
	loads := (t.bm() + t.bn()) * t.bk() / local
	return (sums + operands + loads + loads/2 + 24 + 7) / 8 * 8
}
