package spirv

import "fmt"

// SpecConstant is a specialisation constant. Default is its raw 32 bits; true is 1.
type SpecConstant struct {
	Object  uint32 // the constant's own id in the module
	ID      uint32 // what the host names it by
	Type    Type
	Default uint32
}

// SpecConstants lists the specialisation constants, in the module's order.
func (m *Module) SpecConstants() ([]SpecConstant, error) {
	var found []SpecConstant
	for _, object := range m.order {
		id, ok := m.Decoration(object, DecorationSpecID)
		if !ok {
			continue
		}
		t, err := m.Type(m.definitions[object].typ)
		if err != nil {
			return nil, err
		}
		value, err := m.Value(object)
		if err != nil {
			return nil, err
		}
		found = append(found, SpecConstant{object, id, t, uint32(value)})
	}
	return found, nil
}

// WorkgroupSize gives the three constants that set the work-group size, if the module says it that way.
func (m *Module) WorkgroupSize() (ids [3]uint32, ok bool) {
	for _, id := range m.order {
		d := m.definitions[id]
		builtIn, is := m.Decoration(id, DecorationBuiltIn)
		if is && builtIn == BuiltInWorkgroupSize && len(d.operands) == 3 {
			return [3]uint32(d.operands), true
		}
	}
	return ids, false
}

// Value is a scalar constant's raw bits, with every specialisation constant at its default. Integers narrower
// than 64 bits are sign-extended if signed.
func (m *Module) Value(id uint32) (uint64, error) { return m.value(id, 0) }

func (m *Module) value(id uint32, depth int) (uint64, error) {
	d, ok := m.definitions[id]
	if !ok || depth > maxConstantDepth {
		return 0, fmt.Errorf("spirv: constant %d is not defined before its use", id)
	}
	switch d.op {
	case opConstantTrue, opSpecConstantTrue:
		return 1, nil
	case opConstantFalse, opSpecConstantFalse:
		return 0, nil
	case opConstant, opSpecConstant:
		value := uint64(d.operands[0])
		if len(d.operands) > 1 {
			value |= uint64(d.operands[1]) << 32
		}
		return m.extend(d.typ, value)
	case opSpecConstantOp:
		value, err := m.operation(id, d, depth)
		if err != nil {
			return 0, err
		}
		return m.extend(d.typ, value)
	}
	return 0, fmt.Errorf("spirv: id %d is no scalar constant (instruction %d)", id, d.op)
}

const maxConstantDepth = 1000

// extend cuts value to the width of type id, and extends its sign if the type has one.
func (m *Module) extend(id uint32, value uint64) (uint64, error) {
	t, err := m.Type(id)
	if err != nil {
		return 0, err
	}
	if t.Kind == Bool || t.Width == 0 || t.Width >= 64 {
		return value, nil
	}
	unused := 64 - t.Width
	if t.Signed {
		return uint64(int64(value<<unused) >> unused), nil
	}
	return value << unused >> unused, nil
}

const (
	opUConvert         = 113
	opSConvert         = 114
	opBitcast          = 124
	opSNegate          = 126
	opNot              = 200
	opLogicalNot       = 168
	opSelect           = 169
	opCompositeExtract = 81
)

func (m *Module) operation(id uint32, d instruction, depth int) (uint64, error) {
	op, operands := d.operands[0], d.operands[1:]
	if op == opCompositeExtract && len(operands) == 2 {
		composite := m.definitions[operands[0]]
		if uint64(operands[1]) >= uint64(len(composite.operands)) {
			return 0, fmt.Errorf("spirv: constant %d extracts a component that is not there", id)
		}
		return m.value(composite.operands[operands[1]], depth+1)
	}
	values := make([]uint64, len(operands))
	for i, operand := range operands {
		value, err := m.value(operand, depth+1)
		if err != nil {
			return 0, err
		}
		values[i] = value
	}
	value, ok := evaluate(op, values)
	if !ok {
		return 0, fmt.Errorf("spirv: constant %d is computed by instruction %d, which is not understood", id, op)
	}
	return value, nil
}

func evaluate(op uint32, v []uint64) (value uint64, ok bool) {
	switch len(v) {
	case 1:
		return single(op, v[0])
	case 2:
		return pair(op, v[0], v[1])
	case 3:
		if op != opSelect {
			return 0, false
		}
		if v[0] != 0 {
			return v[1], true
		}
		return v[2], true
	}
	return 0, false
}

func single(op uint32, a uint64) (uint64, bool) {
	switch op {
	case opUConvert, opSConvert, opBitcast:
		return a, true
	case opSNegate:
		return -a, true
	case opNot:
		return ^a, true
	case opLogicalNot:
		return 1 - a, true
	}
	return 0, false
}
