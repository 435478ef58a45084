package kernel

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"vkgan/tools/shaders/spirv"
)

// localName is what specialisation constant 0, the work-group size, is called.
const localName = "local"

func (k *Kernel) specConstants(m *spirv.Module) error {
	constants, err := m.SpecConstants()
	if err != nil {
		return err
	}
	for _, c := range constants {
		scalar, err := c.Type.Scalar()
		name := m.Name(c.Object)
		if err != nil {
			return fmt.Errorf("specialisation constant %s: %w", name, err)
		}
		if goTypes[scalar] == "" {
			return fmt.Errorf("specialisation constant %s is %s, want bool, int, uint or float", name, scalar)
		}
		if c.ID == 0 {
			name = localName
		}
		k.Specs = append(k.Specs, Spec{Scalar{name, scalar}, c.ID, c.Default})
	}
	slices.SortFunc(k.Specs, func(a, b Spec) int { return cmp.Compare(a.ID, b.ID) })
	for i := 1; i < len(k.Specs); i++ {
		if k.Specs[i].ID == k.Specs[i-1].ID {
			if k.Specs[i].ID == 0 {
				return errors.New("specialisation constant 0 is the work-group size; the source knows it as gl_WorkGroupSize.x")
			}
			return fmt.Errorf("specialisation constant %d is declared twice", k.Specs[i].ID)
		}
	}
	return nil
}

// workGroup gives the work-group size, 0 in x where specialisation constant 0 sets it.
func workGroup(m *spirv.Module) (size [3]uint32, err error) {
	ids, ok := m.WorkgroupSize()
	if !ok {
		return m.Local, nil
	}
	for i, id := range ids {
		spec, is := m.Decoration(id, spirv.DecorationSpecID)
		switch {
		case is && i == 0 && spec == 0:
		case is:
			return size, errors.New("only specialisation constant 0 may set the work-group size, and only its x")
		default:
			value, err := m.Value(id)
			if err != nil {
				return size, err
			}
			size[i] = uint32(value)
		}
	}
	return size, nil
}
