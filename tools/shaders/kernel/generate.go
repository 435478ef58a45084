package kernel

import (
	"bytes"
	_ "embed"
	"fmt"
	"go/format"
	"slices"
	"strings"
	"text/template"
)

//go:embed shaders.go.tmpl
var source string

var file = template.Must(template.New("shaders_gen.go").Funcs(template.FuncMap{
	"exported":   exported,
	"unexported": unexported,
	"features":   features,
	"access":     Arg.access,
	"accessed":   Arg.accessed,
	"args":       Kernel.argFields,
	"fields":     fields,
	"words":      words,
	"specs":      specScalars,
	"anyFloat":   func(k []Kernel) bool { return anyOf(k, "float") },
	"anyBool":    func(k []Kernel) bool { return anyOf(k, "bool") },
}).Parse(source))

// Generate writes the Go file that declares all kernels, which are sorted by name.
func Generate(kernels []Kernel) ([]byte, error) {
	for _, k := range kernels {
		if err := k.checkFields(); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	if err := file.Execute(&b, kernels); err != nil {
		return nil, err
	}
	formatted, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("generated Go: %w\n%s", err, b.Bytes())
	}
	return formatted, nil
}

// access is the vk.Access of an argument, and accessed the word for it.
func (a Arg) access() string {
	switch {
	case a.Read && a.Write:
		return "ReadWrite"
	case a.Write:
		return "Write"
	}
	return "Read"
}

func (a Arg) accessed() string {
	switch {
	case a.Read && a.Write:
		return "read and written"
	case a.Write:
		return "written"
	}
	return "read"
}

// field is a line of a struct: neighbours of one type share it.
type field struct{ Names, Type, Comment string }

func join(lines []field, f field) []field {
	last := len(lines) - 1
	if last >= 0 && lines[last].Type == f.Type && lines[last].Comment == f.Comment {
		lines[last].Names += ", " + f.Names
		return lines
	}
	return append(lines, f)
}

func (k Kernel) argFields() (lines []field) {
	for _, a := range k.Args {
		lines = join(lines, field{exported(a.Name), "vk.Range", a.accessed()})
	}
	return lines
}

func fields(scalars []Scalar) (lines []field) {
	for len(scalars) > 0 {
		if n := len(geometry); len(scalars) >= n && slices.Equal(names(scalars[:n]), geometry) {
			lines, scalars = append(lines, field{Names: "Geometry"}), scalars[n:]
			continue
		}
		lines = join(lines, field{Names: exported(scalars[0].Name), Type: goTypes[scalars[0].Type]})
		scalars = scalars[1:]
	}
	return lines
}

// geometry are the constants of include/conv.glsl, which shaders.Geometry holds.
var geometry = []string{"ROWS", "IH", "IW", "CI", "OH", "OW", "CO", "KH", "KW", "STRIDE", "PAD_Y", "PAD_X"}

func names(scalars []Scalar) (list []string) {
	for _, s := range scalars {
		list = append(list, s.Name)
	}
	return list
}

func specScalars(k Kernel) (scalars []Scalar) {
	for _, s := range k.Specs {
		scalars = append(scalars, s.Scalar)
	}
	return scalars
}

// words lists the Go expressions for the raw bits of fields.
func words(scalars []Scalar) string {
	list := make([]string, len(scalars))
	for i, s := range scalars {
		list[i] = word(s)
	}
	return strings.Join(list, ", ")
}

// word is the Go expression for the raw 32 bits of a field.
func word(s Scalar) string {
	value := "k." + exported(s.Name)
	switch s.Type {
	case "bool":
		return "word(" + value + ")"
	case "float":
		return "math.Float32bits(" + value + ")"
	case "int":
		return "uint32(" + value + ")"
	}
	return value
}

func anyOf(kernels []Kernel, glsl string) bool {
	return slices.ContainsFunc(kernels, func(k Kernel) bool {
		return slices.ContainsFunc(slices.Concat(k.Push, specScalars(k)), func(s Scalar) bool { return s.Type == glsl })
	})
}

// Comment is the doc comment of the kernel's Go type.
func (k Kernel) Comment() string {
	return "// " + exported(k.Name) + ": " + strings.Join(k.Doc, "\n// ")
}
