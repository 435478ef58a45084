package layers

import (
	"fmt"
	"strings"

	"vkgan/vk"
)

// variant is how an operation is cut for kernels: what is chosen, by a tuning table or without one.
type variant struct {
	lanes    lanes  // of the lanes family
	shared   shared // of the tiled family; zero: of another
	coop     coop   // of the family of cooperative matrices; zero: of another
	mirrored bool   // the lanes family, which packs its right operand, takes the product of the transposes
	packed   bool   // the lanes family packs the left operand too
	split    bool   // the terms are cut into runs, with partial sums apart
	minimal  bool   // a convolution of the lanes family by Winograd's minimal filtering
	unfolded bool   // a thin convolution's pass is a product with unfolded patches
	padded   bool   // it is done in registers of the lanes family, from a padded copy (thin.go)
}

// choose is the variant of an operation: the tuning table's, if it names one that fits, else the built-in one. Whatever is
// recorded asks here.
func choose(d *vk.Device, o operation) variant {
	if name := d.Tuning()[o.String()]; name != "" {
		if v, err := parseVariant(name); err == nil && (v.tiled() || v.cooperative()) != d.CPU() && o.fits(d, v) == nil {
			return v
		}
	}
	return o.builtIn(d)
}

func (v variant) tiled() bool { return v.shared != shared{} }

func (v variant) cooperative() bool { return v.coop != coop{} }

// fitsGPU says why a variant of a family for GPUs cannot be had for a product.
func (v variant) fitsGPU(d *vk.Device, p implicit) error {
	if v.cooperative() {
		return v.coop.fits(d, p)
	}
	return v.shared.fits(d, p)
}

// String is the variant's name in a tuning table, such as "lanes 6x2x16 mirrored" or "tiled 64x64x16 8x8 split4".
func (v variant) String() string {
	if v.unfolded {
		return "unfolded"
	}
	text := fmt.Sprintf("lanes %dx%dx%d", v.lanes.rows, v.lanes.runs, v.lanes.depth)
	if v.tiled() {
		text = v.shared.String()
	}
	if v.cooperative() {
		text = v.coop.String()
	}
	if v.padded {
		text = fmt.Sprintf("padded %dx%dx%d", v.lanes.rows, v.lanes.runs, v.lanes.depth)
	}
	if v.mirrored {
		text += " mirrored"
	}
	if v.packed {
		text += " packed"
	}
	if v.split {
		text += " split"
	}
	if v.minimal {
		text += " minimal"
	}
	return text
}

// parseVariant is the inverse of String.
func parseVariant(name string) (v variant, err error) {
	words := strings.Fields(name)
	v.unfolded = name == "unfolded"
	var family string
	var a, b, c int32
	if n, _ := fmt.Sscanf(name, "%s %dx%dx%d", &family, &a, &b, &c); n == 4 {
		switch family {
		case "lanes":
			v.lanes = lanes{a, b, c}
			for _, word := range words[2:] {
				v.mirrored = v.mirrored || word == "mirrored"
				v.packed = v.packed || word == "packed"
				v.split = v.split || word == "split"
				v.minimal = v.minimal || word == "minimal"
			}
		case "padded":
			v.lanes, v.padded = lanes{a, b, c}, true
		case "tiled":
			v.shared = parseShared(name)
		case "coop":
			v.coop = parseCoop(name)
		}
	}
	if v.String() != name {
		return variant{}, fmt.Errorf("%q names no variant", name)
	}
	return v, nil
}
