package kernel

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"vkgan/tools/shaders/spirv"
)

// bindings lists the arguments of a storage build: binding i of set 0 is `buffer x_Buffer { T x_data[]; }`, beside which
// IN4 and OUT4 declare `buffer x_Quads { vec4 x_quads[]; }`, the same in fours.
func bindings(m *spirv.Module) ([]Arg, error) {
	variables, err := m.Variables(spirv.ClassStorageBuffer)
	if err != nil {
		return nil, err
	}
	variables = slices.DeleteFunc(variables, func(v spirv.Variable) bool { return strings.HasSuffix(m.MemberName(v.Type, 0), "_quads") })
	args := make([]Arg, len(variables))
	for _, v := range variables {
		binding, ok := m.Decoration(v.ID, spirv.DecorationBinding)
		if set, _ := m.Decoration(v.ID, spirv.DecorationDescriptorSet); !ok || set != 0 {
			return nil, fmt.Errorf("buffer %s has no binding in set 0", m.Name(v.Type))
		}
		if int(binding) >= len(args) {
			return nil, fmt.Errorf("binding %d, but %d buffers", binding, len(args))
		}
		if args[binding].Name != "" {
			return nil, fmt.Errorf("binding %d is used twice", binding)
		}
		if args[binding], err = buffer(m, v); err != nil {
			return nil, err
		}
	}
	return args, nil
}

func buffer(m *spirv.Module, v spirv.Variable) (Arg, error) {
	block, err := m.Type(v.Type)
	if err != nil {
		return Arg{}, err
	}
	name, ok := strings.CutSuffix(m.MemberName(v.Type, 0), "_data")
	if !ok || len(block.Members) != 1 {
		return Arg{}, fmt.Errorf("buffer %q is not declared by IN, OUT or IO", m.Name(v.Type))
	}
	array, err := m.Type(block.Members[0])
	if err != nil {
		return Arg{}, err
	}
	elem, err := m.Type(array.Elem)
	if err != nil {
		return Arg{}, err
	}
	scalar, err := elem.Scalar()
	_, readOnly := m.MemberDecoration(v.Type, 0, spirv.DecorationNonWritable)
	_, writeOnly := m.MemberDecoration(v.Type, 0, spirv.DecorationNonReadable)
	return Arg{Name: name, Elem: scalar, Read: !writeOnly, Write: !readOnly}, err
}

// pushConstants splits the push constants in one slot per argument and the scalars that follow.
func (k *Kernel) pushConstants(m *spirv.Module, b build) error {
	variables, err := m.Variables(spirv.ClassPushConstant)
	if err != nil {
		return err
	}
	if len(variables) == 0 {
		return errors.New("no push constants: a kernel declares PUSH(...)")
	}
	id := variables[0].Type
	block, err := m.Type(id)
	if err != nil {
		return err
	}
	offset := uint32(0)
	for i, member := range block.Members {
		name := m.MemberName(id, i)
		if at, _ := m.MemberDecoration(id, i, spirv.DecorationOffset); at != offset {
			return fmt.Errorf("push constant %s lies at byte %d, want %d", name, at, offset)
		}
		t, err := m.Type(member)
		if err != nil {
			return err
		}
		if b == addressesBuild && t.Kind == spirv.Pointer {
			offset += 8
			err = k.address(m, name, t)
		} else {
			offset += 4
			err = k.word(name, t, i)
		}
		if err != nil {
			return err
		}
	}
	if slots := len(block.Members) - len(k.Push); slots != len(k.Args) {
		return fmt.Errorf("PUSH names %d arguments of %d", slots, len(k.Args))
	}
	return nil
}

// address adds an argument of an addresses build: a pointer to a block of one element.
func (k *Kernel) address(m *spirv.Module, name string, pointer spirv.Type) error {
	if len(k.Push) > 0 {
		return fmt.Errorf("PUSH names argument %s behind a scalar", name)
	}
	block, err := m.Type(pointer.Elem)
	if err != nil {
		return err
	}
	if block.Kind != spirv.Struct || len(block.Members) != 1 {
		return fmt.Errorf("argument %s does not point to elements", name)
	}
	elem, err := m.Type(block.Members[0])
	if err != nil {
		return err
	}
	scalar, err := elem.Scalar()
	k.Args = append(k.Args, Arg{Name: name, Elem: scalar})
	return err
}

// word checks the offset of argument i of a storage build, or adds a scalar.
func (k *Kernel) word(name string, t spirv.Type, i int) error {
	scalar, err := t.Scalar()
	if err != nil {
		return fmt.Errorf("push constant %s: %w", name, err)
	}
	if i < len(k.Args) && k.Args[i].Name == name {
		return nil
	}
	if goTypes[scalar] == "" || scalar == "bool" {
		return fmt.Errorf("push constant %s is %s, want int, uint or float", name, scalar)
	}
	k.Push = append(k.Push, Scalar{name, scalar})
	return nil
}
