package gan

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/vk"
)

// Fewer and more labelled images than a batch, test sets that are no multiple of an evaluation's batch, other image sizes
// and classes.
func TestSSGANSizes(t *testing.T) {
	for _, c := range []struct{ perClass, batch, train, test, h, w, classes int }{
		{1, 5, 14, 37, 8, 12, 3},
		{4, 16, 40, 250, 32, 32, 10},
		{5, 7, 30, 101, 4, 4, 2},
	} {
		t.Run(fmt.Sprintf("%d×%d labelled, %d×%d", c.perClass, c.classes, c.h, c.w), func(t *testing.T) {
			t.Parallel()
			d, set := devicetest.Open(t, vk.Options{Guard: true}), everyClass(c.train, c.test, c.h, c.w, c.classes)
			r := SSGANReference()
			r.ClassLabels, r.BatchSize, r.ZDim = c.perClass, c.batch, 5
			m, w := newSSGAN(t, d, r, set, 1), &witness{}
			epoch := c.train / c.batch
			steps := 2*epoch - 1 // the second epoch lacks its last step, so that its counts are still there
			result, err := newTrainer(t, d, m, Options{MaxSteps: steps}, w).Run(t.Context())
			if err != nil || result.Step != steps {
				t.Fatal(result, err)
			}
			if err := d.CheckGuards(); err != nil {
				t.Error(err)
			}
			tested, err := m.confusion(m.tested)
			if err != nil {
				t.Fatal(err)
			}
			if want := perClass(set.TestLabels, c.classes); !slices.Equal(tested.perClass(), want) {
				t.Errorf("test images by class %v, want %v", tested.perClass(), want)
			}
			if *result.Last.TestError != tested.Error() {
				t.Errorf("a test error of %g, the counts say %g", *result.Last.TestError, tested.Error())
			}
			seen, err := m.confusion(m.seen)
			if err != nil {
				t.Fatal(err)
			}
			if seen.Total() != (epoch-1)*c.batch {
				t.Errorf("%d unlabelled images were counted since the last epoch's end, want %d", seen.Total(), (epoch-1)*c.batch)
			}
			for _, line := range w.lines {
				for _, loss := range []*float64{line.LossD, line.LossG, line.LossClass, line.LossReal, line.LossFake, line.LossMatch} {
					if loss == nil || !(*loss >= 0 && *loss < 20) {
						t.Errorf("step %d: losses %+v", line.Step, line)
					}
				}
			}
			for _, g := range w.grids {
				if g.Rows != 10 || g.Cols != 10 || g.Height != c.h || g.Width != c.w || len(g.Pixels) != 100*c.h*c.w || slices.Min(g.Pixels) == slices.Max(g.Pixels) {
					t.Errorf("a grid of %d×%d images of %d×%d", g.Rows, g.Cols, g.Height, g.Width)
				}
			}
		})
	}
}

// The labelled images of the steps are those of the labelled set, each as often as any other, and with their own labels.
func TestSSGANSeesLabelledImagesAlone(t *testing.T) {
	d, set := devicetest.Open(t, vk.Options{}), everyClass(60, 10, 4, 4, 3)
	r := SSGANReference()
	r.ClassLabels, r.DataSeed, r.BatchSize, r.ZDim = 2, 5, 4, 3
	m := newSSGAN(t, d, r, set, 1)
	replay, times := replayer(t, d, m), map[uint32]int{}
	for range 9 { // 36 images: six times the labelled set
		replay(1)
		targets := words32(t, d, m.target)
		for row, image := range words32(t, d, m.labelled) {
			times[image]++
			if targets[row] != uint32(set.TrainLabels[image]) {
				t.Errorf("image %d has label %d, want %d", image, targets[row], set.TrainLabels[image])
			}
		}
	}
	known, err := labelledSet(set.TrainLabels, 3, 2, 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, image := range known {
		if times[image] != 6 {
			t.Errorf("labelled image %d was seen %d times, want 6", image, times[image])
		}
	}
	if len(times) != len(known) {
		t.Errorf("images %v were seen, %v are labelled", times, known)
	}
}

// One seed leaves the same bytes whatever the number of steps to a submission and the cadence of evaluations; another seed
// or data seed does not.
func TestSSGANIsDeterministic(t *testing.T) {
	best := SSGANBest()
	best.InitImages, best.PlannedSteps = 20, 13
	for name, r := range map[string]SSGANRecipe{"reference": SSGANReference(), "best": best} {
		t.Run(name, func(t *testing.T) { isDeterministic(t, r) })
	}
}

func isDeterministic(t *testing.T, r SSGANRecipe) {
	d, set := devicetest.Open(t, vk.Options{}), everyClass(60, 30, 8, 8, 3)
	after := func(seed, dataSeed uint64, o Options) []byte {
		r.ClassLabels, r.DataSeed, r.BatchSize, r.ZDim = 2, dataSeed, 6, 7
		m := newSSGAN(t, d, r, set, seed)
		o.MaxSteps = 13
		if _, err := newTrainer(t, d, m, o, nobody{}).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		var all []byte
		for _, s := range m.State() {
			content := make([]byte, s.Range.Bytes())
			if err := d.Download(content, s.Range); err != nil {
				t.Fatal(err)
			}
			all = append(all, content...)
		}
		return all
	}
	want := after(1, 0, Options{})
	for _, o := range []Options{{StepsPerSubmission: 1}, {StepsPerSubmission: 3, EvalEvery: 5, SampleEvery: 7, LogEvery: 1}} {
		if !bytes.Equal(after(1, 0, o), want) {
			t.Errorf("%+v changes the result", o)
		}
	}
	if bytes.Equal(after(2, 0, Options{}), want) || bytes.Equal(after(1, 9, Options{}), want) {
		t.Error("another seed gives the same result")
	}
}
