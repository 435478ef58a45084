package preview

import (
	"slices"
	"testing"

	"vkgan/gan"
)

// The sliders of continuous codes begin where the pinned cell is, and move their own code alone, up to twice as far as training.
func TestExplorerOfContinuousCodes(t *testing.T) {
	space := gan.Latents{Space: gan.Space{Noise: gan.Noise{Dim: 3, Prior: gan.Symmetric, Scale: 1}, Codes: 2, Continuous: 2}, Rows: 100}
	for code := range 2 {
		space.Grid = append(space.Grid, space.Row(gan.Point{Z: []float32{0.1, 0.2, 0.3}, Code: code, Continuous: []float32{0.25, -0.5}})...)
	}
	const columns = 9
	e := newExplorer(space, columns)
	e.pin(1)
	var names []string
	for _, s := range e.sliders {
		names = append(names, s.name)
	}
	if !slices.Equal(names[:4], []string{sliderCode, "c1", "c2", "z1"}) || !slices.Equal(e.values()[:4], []float64{1, 0.25, -0.5, 0}) {
		t.Errorf("sliders %q at %v", names, e.values())
	}
	e.move(2, 9)
	points := e.points()
	if p := points[0]; p.Code != 1 || !slices.Equal(p.Continuous, []float32{0.25, 2}) || !slices.Equal(p.Z, []float32{0.1, 0.2, 0.3}) {
		t.Errorf("moved it is at %+v", p)
	}
	for column := range columns {
		want := []float32{-2 + 0.5*float32(column), 2}
		if p := points[1+columns+column]; !slices.Equal(p.Continuous, want) || p.Code != 1 {
			t.Errorf("variation %d of c1 is %+v, want %v", column, p, want)
		}
	}
	if space := space.Size(); space != 7 {
		t.Errorf("a row of %d", space)
	}
}
