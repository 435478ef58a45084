package spirv

import "fmt"

// Kind is what sort of type an id names.
type Kind uint32

// The kinds of types that are understood.
const (
	Bool         = Kind(opTypeBool)
	Int          = Kind(opTypeInt)
	Float        = Kind(opTypeFloat)
	Vector       = Kind(opTypeVector)
	Matrix       = Kind(opTypeMatrix)
	Array        = Kind(opTypeArray)
	RuntimeArray = Kind(opTypeRuntimeArray)
	Struct       = Kind(opTypeStruct)
	Pointer      = Kind(opTypePointer)
)

// Type is a type definition. Elem is the type of an element, a column, or what a pointer points to.
type Type struct {
	Kind    Kind
	Width   uint32 // bits of an Int or Float
	Signed  bool   // of an Int
	Elem    uint32
	Count   uint32   // components or columns; for an Array the id of its length
	Members []uint32 // of a Struct
	Class   uint32   // of a Pointer
}

// Type gives the type that id names.
func (m *Module) Type(id uint32) (Type, error) {
	d, ok := m.definitions[id]
	t := Type{Kind: Kind(d.op)}
	if !ok {
		return t, fmt.Errorf("spirv: id %d is no type", id)
	}
	switch t.Kind {
	case Bool:
	case Int:
		t.Width, t.Signed = d.operands[0], d.operands[1] != 0
	case Float:
		t.Width = d.operands[0]
	case Vector, Matrix, Array:
		t.Elem, t.Count = d.operands[0], d.operands[1]
	case RuntimeArray:
		t.Elem = d.operands[0]
	case Struct:
		t.Members = d.operands
	case Pointer:
		t.Class, t.Elem = d.operands[0], d.operands[1]
	default:
		return t, fmt.Errorf("spirv: id %d is no type that a kernel's interface may have (instruction %d)", id, d.op)
	}
	return t, nil
}

// Scalar is the GLSL name of a scalar type: bool, int, uint, float, or with its width such as float16_t.
func (t Type) Scalar() (string, error) {
	name := ""
	switch {
	case t.Kind == Bool:
		return "bool", nil
	case t.Kind == Float:
		name = "float"
	case t.Kind == Int && t.Signed:
		name = "int"
	case t.Kind == Int:
		name = "uint"
	default:
		return "", fmt.Errorf("spirv: not a scalar (instruction %d)", t.Kind)
	}
	if t.Width != 32 {
		name += fmt.Sprintf("%d_t", t.Width)
	}
	return name, nil
}

// Size is the number of bytes a value of type id takes in shared memory, tightly packed, with arrays as long as
// the defaults of the specialisation constants make them.
func (m *Module) Size(id uint32) (uint64, error) { return m.size(id, 0) }

const maxNesting = 16

func (m *Module) size(id uint32, depth int) (uint64, error) {
	t, err := m.Type(id)
	if err != nil {
		return 0, err
	}
	if depth > maxNesting {
		return 0, fmt.Errorf("spirv: type %d is nested too deeply", id)
	}
	count := uint64(t.Count)
	switch t.Kind {
	case Bool:
		return 4, nil
	case Int, Float:
		return uint64(t.Width) / 8, nil
	case Struct:
		sum := uint64(0)
		for _, member := range t.Members {
			bytes, err := m.size(member, depth+1)
			if err != nil {
				return 0, err
			}
			sum += bytes
		}
		return sum, nil
	case Array:
		if count, err = m.Value(t.Count); err != nil {
			return 0, err
		}
	case Vector, Matrix:
	default:
		return 0, fmt.Errorf("spirv: type %d has no size (instruction %d)", id, t.Kind)
	}
	bytes, err := m.size(t.Elem, depth+1)
	return count * bytes, err
}

// Variable is a global variable. Type is what it holds.
type Variable struct{ ID, Type uint32 }

// Variables lists the global variables of a storage class, in the module's order.
func (m *Module) Variables(class uint32) ([]Variable, error) {
	var found []Variable
	for _, id := range m.order {
		d := m.definitions[id]
		if d.op != opVariable || d.operands[0] != class {
			continue
		}
		t, err := m.Type(d.typ)
		if err != nil {
			return nil, err
		}
		found = append(found, Variable{id, t.Elem})
	}
	return found, nil
}
