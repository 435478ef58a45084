package gan

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestReadCurves(t *testing.T) {
	dir := place(t, filepath.Join(t.TempDir(), "00001-x"), "-", `{"step":50,"epoch":0.5,"loss_d":1,"loss_new":7,"note":"a"}
{"step":100,"epoch":1,"loss_d":2,"test_error":0.25,"nmi":null}
{"step":100}
no line
{"step":150,"epoch":1.5,"loss_d":3}
{"step":200,"epoch":2,"lo`)
	want := []Curve{
		{"loss_d", []float64{50, 100, 150}, []float64{0.5, 1, 1.5}, []float64{1, 2, 3}},
		{"loss_new", []float64{50}, []float64{0.5}, []float64{7}},
		{"test_error", []float64{100}, []float64{1}, []float64{0.25}},
	}
	if got, err := ReadCurves(dir); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v %v, want %v", got, err, want)
	}
	for name, text := range map[string]string{"empty": "", "half": `{"step":50,`, "poor": `{"step":50,"epoch":1}`} {
		dir := place(t, filepath.Join(t.TempDir(), name), "-", text)
		if _, err := ReadCurves(dir); err == nil || err.Error() != dir+" has no metrics yet: a run has them from its first --log-every steps on" {
			t.Errorf("%s: %v", name, err)
		}
	}
	lines, err := ReadMetrics(dir)
	if err != nil || len(lines) != 4 || *lines[1].LossD != 2 || *lines[1].TestError != 0.25 || lines[1].NMI != nil || lines[3].Step != 150 {
		t.Errorf("%+v, %v", lines, err)
	}
	if lines, err := ReadMetrics(t.TempDir()); err != nil || len(lines) != 0 {
		t.Errorf("without a file: %v, %v", lines, err)
	}
	if _, err := ReadCurves(t.TempDir()); err == nil || !strings.HasSuffix(err.Error(), "metrics.jsonl: no such file or directory") {
		t.Error(err)
	}
}

// straight is a curve from one value at step 0 to another at step 1000, epoch 2.
func straight(field string, from, to float64) Curve {
	c := Curve{Field: field}
	for i := range 101 {
		at := float64(i) / 100
		c.Step, c.Epoch, c.Value = append(c.Step, 1000*at), append(c.Epoch, 2*at), append(c.Value, from+at*(to-from))
	}
	return c
}

func drawChart(t *testing.T, c Chart) image.Image {
	t.Helper()
	path := filepath.Join(t.TempDir(), "new", "curves.png")
	if err := c.WritePNG(path); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if m.Bounds() != image.Rect(0, 0, 1200, 800) {
		t.Errorf("the chart is %v", m.Bounds())
	}
	return m
}

// height is how far from the lower end of a panel the pixel of a column is that comes nearest to a colour, and whether
// that is near: a line between two rows of pixels is paler.
func height(m image.Image, panel image.Rectangle, x int, of color.RGBA) (above int, near bool) {
	least := 100.0
	for y := panel.Min.Y; y < panel.Max.Y; y++ {
		r, g, b, _ := m.At(x, y).RGBA()
		d := math.Abs(float64(r>>8)-float64(of.R)) + math.Abs(float64(g>>8)-float64(of.G)) + math.Abs(float64(b>>8)-float64(of.B))
		if d < least {
			least, above, near = d, panel.Max.Y-y, true
		}
	}
	return above, near
}

var upper, lower = image.Rect(0, 0, 1200, 390), image.Rect(0, 410, 1200, 800)

func TestChartOfOneRun(t *testing.T) {
	m := drawChart(t, Chart{Runs: []ChartRun{{"00001-infogan-l10", []Curve{
		straight("loss_code", 0.1, 0.1), straight("loss_d", 1, 1), straight("loss_g", 3, 2), straight("nmi", 0, 9),
		straight("test_error", 0.8, 0.2),
	}}}})
	d, okD := height(m, upper, 500, chartColours[0])
	g, okG := height(m, upper, 500, chartColours[1])
	code, okC := height(m, upper, 500, chartColours[2])
	if !okD || !okG || !okC || !(code < d && d < g) {
		t.Errorf("code at %d %v, D at %d %v, G at %d %v", code, okC, d, okD, g, okG)
	}
	begin, ok0 := height(m, lower, 150, chartColours[0])
	end, ok1 := height(m, lower, 950, chartColours[0])
	if !ok0 || !ok1 || begin < end+100 {
		t.Errorf("test error at %d %v, then at %d %v", begin, ok0, end, ok1)
	}
	for _, colour := range chartColours[1:4] {
		if h, ok := height(m, lower, 500, colour); ok {
			t.Errorf("another curve among the errors, at %d", h)
		}
	}
}

func TestChartOfSeveralRuns(t *testing.T) {
	c := Chart{AgainstSteps: true}
	for i := range 5 {
		loss := float64(i + 1)
		c.Runs = append(c.Runs, ChartRun{fmt.Sprint("run ", i), []Curve{straight("loss_d", loss, loss), straight("test_error", 0.1, 0.1)}})
	}
	m := drawChart(t, c)
	last := 0
	for i, colour := range chartColours[:5] {
		h, ok := height(m, upper, 500, colour)
		if !ok || h <= last {
			t.Errorf("run %d at %d (%v), the one before at %d", i, h, ok, last)
		}
		last = h
	}
}

// More runs with longer names than fit leave the curves their room, and the legend of the losses stays above that of
// the errors.
func TestChartOfManyRuns(t *testing.T) {
	var c Chart
	for range 25 {
		c.Runs = append(c.Runs, ChartRun{strings.Repeat("long name ", 30), []Curve{straight("loss_d", 1, 1), straight("test_error", 0.1, 0.1)}})
	}
	m := drawChart(t, c)
	for x := 1000; x < 1200; x++ {
		if _, ok := height(m, image.Rect(0, 385, 1200, 410), x, color.RGBA{A: 0xff}); ok {
			t.Fatalf("between the panels something is black at %d", x)
		}
	}
	for _, panel := range []image.Rectangle{upper, lower} {
		for x, want := range map[int]bool{5: false, 100: true, 800: true} {
			if _, ok := height(m, panel, x, chartColours[24%len(chartColours)]); ok != want {
				t.Errorf("at %d of %v a curve: %v", x, panel, ok)
			}
		}
	}
}

func TestChartAgainstSteps(t *testing.T) {
	c := Chart{Runs: []ChartRun{{"x", []Curve{{"loss_d", []float64{0, 90, 100}, []float64{0, 1, 10}, []float64{0, 1, 1}}}}}}
	epochs, _ := height(drawChart(t, c), upper, 500, chartColours[0])
	c.AgainstSteps = true
	steps, _ := height(drawChart(t, c), upper, 500, chartColours[0])
	if epochs < steps+100 {
		t.Errorf("at %d over epochs, %d over steps", epochs, steps)
	}
}

func TestChartOfLittle(t *testing.T) {
	for name, curves := range map[string][]Curve{
		"a point":   {{"loss_d", []float64{50}, []float64{0.1}, []float64{1}}},
		"at step 0": {{"loss_d", []float64{0}, []float64{0}, []float64{0}}, {"test_error", []float64{0}, []float64{0}, []float64{1}}},
		"nothing":   nil,
		"huge":      {straight("loss_d", -1e300, 1e300), straight("test_error", 1e307, 1e308), straight("loss_g", 1e-300, 1e-300)},
	} {
		t.Run(name, func(t *testing.T) { drawChart(t, Chart{Runs: []ChartRun{{"x", curves}}}) })
	}
}

func TestChartLeavesOutWhatIsNotFinite(t *testing.T) {
	c := straight("loss_d", 1, 2)
	for i, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		c.Value[40+10*i] = v
	}
	never := Curve{"loss_g", []float64{1}, []float64{1}, []float64{math.NaN()}}
	m := drawChart(t, Chart{Runs: []ChartRun{{"x", []Curve{c, never}}}})
	begin, ok0 := height(m, upper, 150, chartColours[0])
	end, ok1 := height(m, upper, 950, chartColours[0])
	if !ok0 || !ok1 || end < begin+100 {
		t.Errorf("at %d %v, then at %d %v", begin, ok0, end, ok1)
	}
}

func TestChartThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	err := Chart{Runs: []ChartRun{{"x", nil}}}.WritePNG(dir)
	if left, _ := filepath.Glob(dir + ".*"); err == nil || !strings.HasPrefix(err.Error(), "cannot write "+dir) || len(left) > 0 {
		t.Errorf("%v, left %v", err, left)
	}
}

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		lo, hi float64
		want   string
	}{
		{0, 1, "0 0.2 0.4 0.6 0.8 1"},
		{0, 65.4, "0 10 20 30 40 50 60"},
		{0.02, 1.5, "0.2 0.4 0.6 0.8 1 1.2 1.4"},
		{0, 165000, "0 20000 40000 60000 80000 100000 120000 140000 160000"},
		{-1, 1, "-1 -0.5 0 0.5 1"},
	} {
		var labels []string
		for _, tick := range ticks(test.lo, test.hi) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != test.want {
			t.Errorf("from %g to %g: %s, want %s", test.lo, test.hi, got, test.want)
		}
	}
	for hi := 1.0; hi < 10; hi += 0.01 {
		if n := len(ticks(0, hi)); n < 4 || n > 11 {
			t.Errorf("to %g: %d ticks", hi, n)
		}
	}
}

// Errors on validation images are another curve than those on test images, under another name.
func TestErrorsOfAChart(t *testing.T) {
	c := Chart{Runs: []ChartRun{
		{"held out", []Curve{straight("validation_error", 1, 0), straight("validation_error_hungarian", 1, 0)}},
		{"not", []Curve{straight("test_error", 1, 0), straight("test_error_hungarian", 1, 0), straight("train_error", 1, 0)}},
	}}
	var names []string
	for _, field := range c.fields(func(string) bool { return true }) {
		names = append(names, fieldName(field))
	}
	if want := []string{"test error", "train error", "validation error", "one-to-one", "validation one-to-one"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}
