// Package spirv reads as much of a SPIR-V module as the interface of a compute kernel needs: capabilities,
// names, decorations, types, constants and global variables. What functions do is skipped.
package spirv

import (
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	magic       = 0x07230203
	headerWords = 5
	maxBound    = 1 << 22 // the universal limit on ids
)

// Module is a parsed module. Ids index its definitions.
type Module struct {
	Capabilities []uint32
	Local        [3]uint32 // execution mode LocalSize

	names       map[uint32]string
	memberNames map[member]string
	decorations map[target][]uint32
	definitions map[uint32]instruction
	order       []uint32 // ids of definitions as they stand in the module
}

type member struct{ id, index uint32 }

// whole is the member index of a decoration on the id itself.
const whole = ^uint32(0)

type target struct {
	member
	decoration uint32
}

// instruction is a definition: operands exclude the result and its type.
type instruction struct {
	op       uint32
	typ      uint32
	operands []uint32
}

// Parse reads a little-endian module. A module that is cut short, or whose words contradict each other, is an error.
func Parse(code []byte) (*Module, error) {
	words, err := decode(code)
	if err != nil {
		return nil, err
	}
	p := parser{bound: words[3], functions: map[uint32]bool{}, module: &Module{
		names:       map[uint32]string{},
		memberNames: map[member]string{},
		decorations: map[target][]uint32{},
		definitions: map[uint32]instruction{},
	}}
	for at := headerWords; at < len(words); {
		op, count := words[at]&0xffff, int(words[at]>>16)
		if count == 0 || at+count > len(words) {
			return nil, fmt.Errorf("spirv: word %d: instruction %d claims %d words of the %d left", at, op, count, len(words)-at)
		}
		if err := p.instruction(op, words[at+1:at+count]); err != nil {
			return nil, fmt.Errorf("spirv: word %d: %w", at, err)
		}
		at += count
	}
	return p.module, p.finish()
}

func decode(code []byte) ([]uint32, error) {
	if len(code)%4 != 0 || len(code) < 4*headerWords {
		return nil, fmt.Errorf("spirv: %d bytes are no module", len(code))
	}
	words := make([]uint32, len(code)/4)
	for i := range words {
		words[i] = binary.LittleEndian.Uint32(code[4*i:])
	}
	if words[0] != magic {
		return nil, fmt.Errorf("spirv: magic number %#x, want %#x", words[0], magic)
	}
	if words[3] == 0 || words[3] > maxBound {
		return nil, fmt.Errorf("spirv: id bound %d", words[3])
	}
	return words, nil
}

type parser struct {
	module      *Module
	bound       uint32
	entryPoints int
	called      []uint32 // functions, the entry point among them
	functions   map[uint32]bool
	inFunction  bool
}

func (p *parser) finish() error {
	switch {
	case p.inFunction:
		return errors.New("spirv: the last function has no end")
	case p.entryPoints != 1:
		return fmt.Errorf("spirv: %d compute entry points, want 1", p.entryPoints)
	case p.module.Local[0] == 0:
		return errors.New("spirv: no work-group size")
	}
	for _, id := range p.called {
		if !p.functions[id] {
			return fmt.Errorf("spirv: function %d is not there", id)
		}
	}
	return nil
}

func (p *parser) instruction(op uint32, operands []uint32) error {
	need, known := leastOperands[op]
	if !known {
		return nil
	}
	if len(operands) < need {
		return fmt.Errorf("instruction %d has %d operands, want %d", op, len(operands), need)
	}
	m := p.module
	switch op {
	case opCapability:
		m.Capabilities = append(m.Capabilities, operands[0])
	case opEntryPoint:
		if operands[0] == executionModelGLCompute {
			p.entryPoints++
			p.called = append(p.called, operands[1])
		}
	case opExecutionMode:
		if operands[1] == executionModeLocalSize {
			if len(operands) != 5 {
				return errors.New("LocalSize without three sizes")
			}
			m.Local = [3]uint32(operands[2:])
		}
	case opName:
		m.names[operands[0]] = text(operands[1:])
	case opMemberName:
		m.memberNames[member{operands[0], operands[1]}] = text(operands[2:])
	case opDecorate:
		m.decorations[target{member{operands[0], whole}, operands[1]}] = operands[2:]
	case opMemberDecorate:
		m.decorations[target{member{operands[0], operands[1]}, operands[2]}] = operands[3:]
	case opFunction:
		p.functions[operands[1]] = true
		return p.enter(true)
	case opFunctionEnd:
		return p.enter(false)
	case opFunctionCall:
		p.called = append(p.called, operands[2])
	default:
		if !p.inFunction {
			return p.define(op, operands)
		}
	}
	return nil
}

// enter begins or ends a function.
func (p *parser) enter(function bool) error {
	if p.inFunction == function {
		return errors.New("functions are not properly nested")
	}
	p.inFunction = function
	return nil
}

func (p *parser) define(op uint32, operands []uint32) error {
	result, d := operands[0], instruction{op: op, operands: operands[1:]}
	if !isType(op) {
		d.typ, result, d.operands = operands[0], operands[1], operands[2:]
	}
	if result == 0 || result >= p.bound {
		return fmt.Errorf("id %d is outside the bound %d", result, p.bound)
	}
	if _, twice := p.module.definitions[result]; twice {
		return fmt.Errorf("id %d is defined twice", result)
	}
	p.module.definitions[result] = d
	p.module.order = append(p.module.order, result)
	return nil
}

// text decodes a literal string: UTF-8, four bytes a word, ended by a zero byte.
func text(words []uint32) string {
	var s []byte
	for _, w := range words {
		for range 4 {
			if byte(w) == 0 {
				return string(s)
			}
			s = append(s, byte(w))
			w >>= 8
		}
	}
	return string(s)
}

// Name is the debug name of id, or "".
func (m *Module) Name(id uint32) string { return m.names[id] }

// MemberName is the debug name of a member of structure id, or "".
func (m *Module) MemberName(id uint32, index int) string {
	return m.memberNames[member{id, uint32(index)}]
}

// Decoration gives the first operand (0 if it has none) of a decoration of id, and whether id is so decorated.
func (m *Module) Decoration(id, decoration uint32) (uint32, bool) {
	return m.decorated(member{id, whole}, decoration)
}

// MemberDecoration is Decoration for a member of structure id.
func (m *Module) MemberDecoration(id uint32, index int, decoration uint32) (uint32, bool) {
	return m.decorated(member{id, uint32(index)}, decoration)
}

func (m *Module) decorated(on member, decoration uint32) (uint32, bool) {
	operands, ok := m.decorations[target{on, decoration}]
	if len(operands) == 0 {
		return 0, ok
	}
	return operands[0], ok
}
