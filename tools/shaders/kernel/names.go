package kernel

import (
	"fmt"
	"strings"
)

// goTypes gives the Go type of each GLSL type that a push or specialisation constant may have.
var goTypes = map[string]string{"bool": "bool", "int": "int32", "uint": "uint32", "float": "float32"}

// exported turns a GLSL name to an exported Go name: the first letter raised, and snake case to camel case. A word of
// capitals keeps them: it is a mathematical name (TM), not a phrase (TRANS_A, which becomes TransA).
func exported(name string) string {
	words := strings.Split(name, "_")
	for i, w := range words {
		if len(words) > 1 && w == strings.ToUpper(w) {
			w = strings.ToLower(w)
		}
		if w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

// unexported is exported with a small first letter.
func unexported(name string) string {
	name = exported(name)
	return strings.ToLower(name[:1]) + name[1:]
}

// checkFields makes sure that a kernel's Go struct has every field once.
func (k Kernel) checkFields() error {
	taken := map[string]string{"Groups": "the work-group counts", "Call": "the method"}
	claim := func(glsl, what string) error {
		field := exported(glsl)
		if glsl == "" {
			return fmt.Errorf("%s: a %s has no name", k.Name, what)
		}
		if other, twice := taken[field]; twice {
			return fmt.Errorf("%s: Go field %s would be %s and %s %s", k.Name, field, other, what, glsl)
		}
		taken[field] = what + " " + glsl
		return nil
	}
	for _, a := range k.Args {
		if err := claim(a.Name, "argument"); err != nil {
			return err
		}
	}
	for _, p := range k.Push {
		if err := claim(p.Name, "push constant"); err != nil {
			return err
		}
	}
	for _, s := range k.Specs {
		if err := claim(s.Name, "specialisation constant"); err != nil {
			return err
		}
	}
	return nil
}
