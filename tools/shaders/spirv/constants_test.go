package spirv

import "testing"

const (
	idInt = iota + 1
	idUint
	idBool
	idLong
	idA
	idB
	idResult
)

// computed gives op(a, b), where a and b are specialisation constants of type operand.
func computed(result, operand, op, a, b uint32) (uint64, error) {
	m := Module{definitions: map[uint32]instruction{
		idInt:    {op: opTypeInt, operands: []uint32{32, 1}},
		idUint:   {op: opTypeInt, operands: []uint32{32, 0}},
		idBool:   {op: opTypeBool},
		idLong:   {op: opTypeInt, operands: []uint32{64, 1}},
		idA:      {opSpecConstant, operand, []uint32{a}},
		idB:      {opSpecConstant, operand, []uint32{b}},
		idResult: {opSpecConstantOp, result, []uint32{op, idA, idB}},
	}}
	return m.Value(idResult)
}

func TestConstantArithmetic(t *testing.T) {
	minus := func(n int32) uint32 { return uint32(-n) }
	signed := func(n int64) uint64 { return uint64(n) }
	for _, c := range []struct {
		name                      string
		result, operand, op, a, b uint32
		want                      uint64
	}{
		{"add wraps", idUint, idUint, 128, ^uint32(0), 2, 1},
		{"subtract", idInt, idInt, 130, 3, 5, signed(-2)},
		{"subtract unsigned", idUint, idUint, 130, 3, 5, 1<<32 - 2},
		{"multiply", idInt, idInt, 132, minus(3), 5, signed(-15)},
		{"multiply long", idLong, idInt, 132, 1 << 30, 8, 1 << 33},
		{"divide unsigned", idUint, idUint, 134, minus(7), 2, (1<<32 - 7) / 2},
		{"divide", idInt, idInt, 135, minus(7), 2, signed(-3)},
		{"unsigned remainder", idUint, idUint, 137, 7, 4, 3},
		{"remainder", idInt, idInt, 138, minus(7), 4, signed(-3)},
		{"modulo", idInt, idInt, 139, minus(7), 4, 1},
		{"shift right", idInt, idInt, 195, minus(8), 1, signed(-4)},
		{"shift right unsigned", idUint, idUint, 194, minus(8), 1, (1<<32 - 8) / 2},
		{"shift left", idUint, idUint, 196, 3, 31, 1 << 31},
		{"or", idUint, idUint, 197, 5, 3, 7},
		{"xor", idUint, idUint, 198, 5, 3, 6},
		{"and", idUint, idUint, 199, 5, 3, 1},
		{"less", idBool, idInt, 177, minus(1), 1, 1},
		{"less unsigned", idBool, idUint, 176, minus(1), 1, 0},
		{"equal", idBool, idInt, 170, 4, 4, 1},
	} {
		got, err := computed(c.result, c.operand, c.op, c.a, c.b)
		if err != nil || got != c.want {
			t.Errorf("%s: %d (%v), want %d", c.name, int64(got), err, int64(c.want))
		}
	}
}

func TestConstantsThatCannotBeComputed(t *testing.T) {
	for name, op := range map[string]uint32{"division by zero": 135, "unknown instruction": 9999} {
		if got, err := computed(idInt, idInt, op, 1, 0); err == nil {
			t.Errorf("%s gave %d", name, got)
		}
	}
}
