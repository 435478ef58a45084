package gan

import (
	"fmt"
	"slices"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/internal/mnist"
	"vkgan/vk"
)

// witness keeps what a run reports.
type witness struct {
	nobody
	lines []Metrics
	grids []Grid
}

func (w *witness) Metrics(m Metrics) error             { w.lines = append(w.lines, m); return nil }
func (w *witness) Samples(_ int, _ bool, g Grid) error { w.grids = append(w.grids, g); return nil }

// perClass counts labels, and the images of a confusion, by class.
func perClass(labels []byte, classes int) []uint32 {
	n := make([]uint32, classes)
	for _, l := range labels {
		n[l]++
	}
	return n
}

func (c Confusion) perClass() []uint32 {
	n := make([]uint32, c.Classes)
	for i, count := range c.Counts {
		n[i%c.Classes] += count
	}
	return n
}

// An evaluation counts each of MNIST's test images once.
func TestEvaluationOfMNIST(t *testing.T) {
	d, set := devicetest.Open(t, vk.Options{}), realMNIST(t)
	if onSlowDriver {
		first(250, &set.Train, &set.TrainLabels) // the use of codes is measured on them
	}
	r := InfoGANReference()
	r.BatchSize = 16
	m := newModel(t, d, r, set, 1)
	trainer := newTrainer(t, d, m, Options{}, nobody{})
	var line Metrics
	if err := trainer.testErrors(&line); err != nil {
		t.Fatal(err)
	}
	c, err := m.confusion(m.tested)
	if err != nil {
		t.Fatal(err)
	}
	if want := perClass(set.TestLabels, 10); !slices.Equal(c.perClass(), want) || c.Total() != set.Test.Count {
		t.Errorf("%d images, by class %v, want %v", c.Total(), c.perClass(), want)
	}
	if *line.TestError != c.MajorityError() || *line.TestErrorHungarian != c.HungarianError() || *line.NMI != c.NMI() {
		t.Errorf("the line is %+v, the counts are %v", line, c.Counts)
	}
}

// Test sets that are no multiple of an evaluation's batch, batches that do not divide the training set, few and many
// codes, other image sizes.
func TestSizes(t *testing.T) {
	for _, c := range []struct{ labels, batch, train, test, h, w, classes int }{
		{2, 3, 10, 37, 8, 12, 3},
		{7, 16, 40, 250, 32, 32, 10},
		{20, 7, 30, 101, 4, 4, 2},
	} {
		t.Run(fmt.Sprintf("%d labels, %d×%d", c.labels, c.h, c.w), func(t *testing.T) {
			t.Parallel()
			testSizes(t, synthetic(c.train, c.test, c.h, c.w, c.classes), c.labels, c.batch)
		})
	}
}

func testSizes(t *testing.T, set *mnist.Set, labels, batch int) {
	d := devicetest.Open(t, vk.Options{Guard: true})
	r := InfoGANReference()
	r.Labels, r.BatchSize, r.ZDim = labels, batch, 5
	m, w := newModel(t, d, r, set, 1), &witness{}
	epoch := set.Train.Count / batch
	steps := 2*epoch - 1 // the second epoch lacks its last step, so that its counts are still there
	result, err := newTrainer(t, d, m, Options{MaxSteps: steps}, w).Run(t.Context())
	if err != nil || result.Step != steps || result.Stopped {
		t.Fatal(result, err)
	}
	if err := d.CheckGuards(); err != nil {
		t.Error(err)
	}

	tested, err := m.confusion(m.tested)
	if err != nil {
		t.Fatal(err)
	}
	if want := perClass(set.TestLabels, set.Classes); !slices.Equal(tested.perClass(), want) {
		t.Errorf("test images by class %v, want %v", tested.perClass(), want)
	}
	seen, err := m.confusion(m.seen)
	if err != nil {
		t.Fatal(err)
	}
	if seen.Total() != (epoch-1)*batch {
		t.Errorf("%d training images were counted since the last epoch's end, want %d", seen.Total(), (epoch-1)*batch)
	}
	all := perClass(set.TrainLabels, set.Classes)
	for class, n := range seen.perClass() {
		if n > all[class] {
			t.Errorf("class %d was seen %d times in an epoch, and has %d images", class, n, all[class])
		}
	}

	var errors []string
	for _, line := range w.lines {
		errors = append(errors, fmt.Sprintf("%d %v %v", line.Step, line.TrainError != nil, line.TestError != nil))
		if line.LossD == nil || !(*line.LossD > 0 && *line.LossD < 20) || !(*line.LossCode > 0 && *line.LossCode < 20) {
			t.Errorf("losses %+v", line)
		}
	}
	if want := []string{fmt.Sprintf("%d true true", epoch), fmt.Sprintf("%d false true", steps)}; !slices.Equal(errors, want) {
		t.Errorf("lines %q, want %q: step, train error, test error", errors, want)
	}
	if len(w.grids) != 3 {
		t.Errorf("%d grids, want one at the start, after an epoch and at the end", len(w.grids))
	}
	for _, g := range w.grids {
		if g.Rows != labels || g.Cols != 10 || g.Height != set.Train.Height || g.Width != set.Train.Width || len(g.Pixels) != g.Rows*g.Cols*g.Height*g.Width {
			t.Errorf("a grid of %d×%d images of %d×%d", g.Rows, g.Cols, g.Height, g.Width)
		}
		if slices.Min(g.Pixels) < 0 || slices.Max(g.Pixels) > 1 || slices.Min(g.Pixels) == slices.Max(g.Pixels) {
			t.Errorf("pixels from %g to %g", slices.Min(g.Pixels), slices.Max(g.Pixels))
		}
	}
}

func TestSmokeTraining(t *testing.T) {
	testSizes(t, synthetic(21, 25, 4, 4, 3), 3, 5)
}
