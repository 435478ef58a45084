package gan

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/internal/mnist"
	"vkgan/layers"
	"vkgan/vk"
)

// inferSet is images so large that the products ahead of a batch-norm are split.
func inferSet() *mnist.Set { return everyClass(40, 25, 12, 12, 3) }

func inferRecipes() (InfoGANRecipe, SSGANRecipe) {
	info, semi := InfoGANReference(), SSGANReference()
	info.BatchSize, info.Labels, info.ZDim = 8, 4, 5
	semi.BatchSize, semi.ClassLabels, semi.ZDim = 8, 2, 5
	return info, semi
}

// saveModel writes a calibrated model into a checkpoint, and reads that.
func saveModel(t *testing.T, d *vk.Device, m Model, set *mnist.Set) *Checkpoint {
	t.Helper()
	calibrate(t, d, m)
	info := RunInfo{Seeds: RunSeeds{Seed: 1}, Data: RunData{Height: set.Train.Height, Width: set.Train.Width, Classes: set.Classes}}
	switch m := m.(type) {
	case *InfoGAN:
		info.Model, info.Recipe = "infogan", m.recipe
	case *SSGAN:
		info.Model, info.Recipe = "ssgan", m.recipe
	}
	buffer, err := newSnapshotBuffer(d, m.State())
	if err != nil {
		t.Fatal(err)
	}
	defer buffer.release()
	snapshot, err1 := buffer.take(Position{})
	tensors, err2 := snapshot.Tensors()
	metadata, err3 := checkpointMetadata(Position{}, info, nil)
	var file bytes.Buffer
	path := filepath.Join(t.TempDir(), "000000.safetensors")
	if err := errors.Join(err1, err2, err3, writeCheckpoint(&file, metadata, tensors), os.WriteFile(path, file.Bytes(), 0o666)); err != nil {
		t.Fatal(err)
	}
	c, err := ReadCheckpoint(path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func openGenerator(t *testing.T, d *vk.Device, c *Checkpoint, average bool, rows int) *Generator {
	t.Helper()
	g, err := c.generator(d, average, rows)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Free)
	return g
}

func openClassifier(t *testing.T, d *vk.Device, c *Checkpoint, rows int) *Classifier {
	t.Helper()
	k, err := c.classifier(d, rows)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Free)
	return k
}

// batches are sizes to try: one where kernels take long to compile, for each number of rows.
func batches(d *vk.Device, sizes ...int) []int {
	if !d.CPU() {
		return sizes[:1]
	}
	return sizes
}

// gathered is all rows of a sequence.
func gathered(t *testing.T, rows iter.Seq2[[]float32, error]) [][]float32 {
	t.Helper()
	var all [][]float32
	for row, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, slices.Clone(row))
	}
	return all
}

// inferred is what a model's own inference makes of a batch.
func inferred(t *testing.T, d *vk.Device, infer func(rec *vk.Recorder) layers.Tensor) []float32 {
	t.Helper()
	var y layers.Tensor
	once(t, d, func(rec *vk.Recorder) { y = infer(rec) })
	values, err := y.Read(d)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// A checkpoint's generator makes the images that its model makes by calibrated statistics, however many are
// asked for and in whatever batches; and the latents of training's grid are those of samples with the run's seed.
func TestGeneratorIsTheModels(t *testing.T) {
	families(t, func(t *testing.T, d *vk.Device) {
		set := inferSet()
		info, semi := inferRecipes()
		i, s := newModel(t, d, info, set, 1), newSSGAN(t, d, semi, set, 1)
		for _, m := range []struct {
			name      string
			c         *Checkpoint
			grid      layers.Tensor
			generator *layers.Sequence
		}{{"InfoGAN", saveModel(t, d, i, set), i.wanted, i.generator}, {"SSGAN", saveModel(t, d, s, set), s.wanted, s.generator}} {
			g := openGenerator(t, d, m.c, false, 8)
			grid, err := g.Arrange(Samples{Seed: g.Seed})
			latents := slices.Concat(slices.Collect(g.Latents(grid))...)
			if wanted, err2 := m.grid.Read(d); errors.Join(err, err2) != nil || !slices.Equal(wanted, latents) {
				t.Errorf("%s: the grid's latents are not training's; %v", m.name, errors.Join(err, err2))
			}
			all := gathered(t, g.Images(t.Context(), g.Latents(grid)))
			rows := min(m.grid.Rows, 40)
			whole := inferred(t, d, func(rec *vk.Recorder) layers.Tensor { return m.generator.Infer(rec, m.grid.Part(0, rows)) })
			if n := grid.Images(); len(all) != n || !sameRows(d, slices.Concat(all[:rows]...), whole) {
				t.Errorf("%s: %d images of %d, or they are not the model's", m.name, len(all), n)
			}
			want := gathered(t, g.Images(t.Context(), g.Latents(Samples{Seed: 1, Count: 30})))
			for _, batch := range batches(d, 8, 3) {
				g := openGenerator(t, d, m.c, false, batch)
				for _, n := range []int{1, 8, 9, 16, 21} {
					if got := gathered(t, g.Images(t.Context(), g.Latents(Samples{Seed: 1, Count: n}))); !slices.EqualFunc(got, want[:n], slices.Equal) {
						t.Errorf("%s: %d images in batches of %d are not the first of 30 in batches of 8", m.name, n, batch)
					}
				}
			}
		}
	})
}

// One that has enough, and one whose context is done, leave nothing behind that changes what comes after.
func TestInferenceEndsEarly(t *testing.T) {
	d, set := devicetest.Open(t, vk.Options{}), inferSet()
	_, semi := inferRecipes()
	g := openGenerator(t, d, saveModel(t, d, newSSGAN(t, d, semi, set, 1), set), false, 4)
	latents := func(n int) iter.Seq[[]float32] { return g.Latents(Samples{Seed: 1, Count: n}) }
	want := gathered(t, g.Images(t.Context(), latents(30)))
	for stop := range 14 {
		seen := 0
		for range g.Images(t.Context(), latents(30)) {
			if seen++; seen > stop {
				break
			}
		}
		if got := gathered(t, g.Images(t.Context(), latents(10))); !slices.EqualFunc(got, want[:10], slices.Equal) {
			t.Fatalf("after a stop at %d others come", stop)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen, last := 0, error(nil)
	for _, err := range g.Images(ctx, latents(30)) {
		if last = err; err == nil {
			seen++
		}
		cancel()
	}
	if !errors.Is(last, context.Canceled) || seen == 0 || seen > 8 {
		t.Errorf("%d images, then %v", seen, last)
	}
	if got := gathered(t, g.Images(t.Context(), latents(0))); len(got) != 0 {
		t.Errorf("%d images of no latent", len(got))
	}
}

// A checkpoint's classifier gives an image alone the answer that it gets among others, the model's own.
func TestClassifierIsTheModels(t *testing.T) {
	families(t, func(t *testing.T, d *vk.Device) {
		set := inferSet()
		info, semi := inferRecipes()
		semi.EMADecay = 0.5
		i, s := newModel(t, d, info, set, 1), newSSGAN(t, d, semi, set, 1)
		replayer(t, d, s)(3) // now D's average is another than D
		ci, cs := saveModel(t, d, i, set), saveModel(t, d, s, set)
		images := slices.Collect(slices.Chunk(set.Test.Pixels, 12*12))
		for _, m := range []struct {
			name  string
			c     *Checkpoint
			model Model
		}{{"InfoGAN", ci, i}, {"SSGAN", cs, s}} {
			var k []*Classifier
			for _, batch := range batches(d, 25, 4) {
				k = append(k, openClassifier(t, d, m.c, batch))
			}
			together, apart := k[0], k[len(k)-1]
			e, err := Evaluate(t.Context(), d, m.model, CalibratedStatistics)
			if err != nil {
				t.Fatal(err)
			}
			counts := NewConfusion(e.Confusion.Codes, e.Confusion.Classes)
			at := 0
			for answer, err := range together.Answers(t.Context(), slices.Values(images)) {
				if err != nil {
					t.Fatal(err)
				}
				counts.Row(answer.Code)[set.TestLabels[at]]++
				for alone, err := range apart.Answers(t.Context(), slices.Values(images[at:at+1])) {
					if err != nil || alone.Code != answer.Code || !slices.Equal(alone.Classes, answer.Classes) {
						t.Errorf("%s: image %d alone: %v, among others: %v; %v", m.name, at, alone, answer, err)
					}
				}
				at++
			}
			if at != len(images) || !slices.Equal(counts.Counts, e.Confusion.Counts) {
				t.Errorf("%s: %d answers count %v, an evaluation %v", m.name, at, counts.Counts, e.Confusion.Counts)
			}
		}
	})
}

// Codes come to stand for the class that most training images with them have, and the probabilities of the codes of a class
// are added up.
func TestClassifierLearns(t *testing.T) {
	d, set := devicetest.Open(t, vk.Options{}), inferSet()
	info, _ := inferRecipes()
	c := saveModel(t, d, newModel(t, d, info, set, 1), set)
	k := openClassifier(t, d, c, 16)
	counts := NewConfusion(4, 3)
	at := 0
	for answer, err := range k.Answers(t.Context(), slices.Chunk(set.Train.Pixels[:30*144], 144)) {
		if err != nil || slices.Max(answer.Classes) != 0 {
			t.Fatalf("before any code stands for a class: %v, %v", answer, err)
		}
		counts.Row(answer.Code)[set.TrainLabels[at]]++
		at++
	}
	if err := k.Learn(t.Context(), set, 30); err != nil {
		t.Fatal(err)
	}
	for code, class := range counts.Majority() {
		if counts.Row(code)[class] == 0 {
			class = -1
		}
		if k.StandsFor[code] != class {
			t.Errorf("code %d stands for %d, want %d", code, k.StandsFor[code], class)
		}
	}
	k.StandsFor = []int{2, 0, 2, -1}
	a := k.answer([]float32{1, 3, 2, 0})
	_, p := softmax([]float32{1, 3, 2, 0})
	if a.Code != 1 || !slices.Equal(a.Classes, []float64{p[1], 0, p[0] + p[2]}) {
		t.Errorf("%v of %v", a, p)
	}
	if top := a.Top(2); !slices.Equal(top, []Guess{{0, p[1]}, {2, p[0] + p[2]}}) || len(a.Top(9)) != 3 {
		t.Errorf("%v", top)
	}
	if err := k.Learn(t.Context(), everyClass(40, 10, 8, 8, 3), 30); err == nil {
		t.Error("it learns from images of another size")
	}
}

// The average of G's weights, of both models, against the definition; the statistics that Generator makes for it.
func TestGeneratorsAverage(t *testing.T) {
	const decay = 0.75
	d, set := devicetest.Open(t, vk.Options{}), everyClass(40, 25, 4, 4, 3)
	info, semi := inferRecipes()
	info.EMADecay, semi.EMADecay = decay, decay
	i, s := newModel(t, d, info, set, 1), newSSGAN(t, d, semi, set, 1)
	for _, m := range []struct {
		model Model
		*pair
	}{{i, &i.pair}, {s, &s.pair}} {
		averageFollows(t, d, m.model, m.ParamsG, m.averageG, decay)
		c := saveModel(t, d, m.model, set)
		g := openGenerator(t, d, c, true, 50)
		weight := m.ParamsG.All[0]
		held, err := g.params.All[0].Read(d, g.params.Value)
		average := readParam(t, d, weight, m.averageG)
		if err != nil || !slices.Equal(wide(held), average) {
			t.Fatalf("%s: the generator's weight is not the average; %v", c.Info.Model, err)
		}
		// Ahead of its first batch-norm G is linear, so that the mean there is that of the mean latent.
		latent, features := g.Size(), weight.Dims[1]
		mean := make([]float64, latent)
		for row := range g.independent(1, calibrationLatents, interimCalibration) {
			for j, v := range row {
				mean[j] += float64(v) / interimCalibration
			}
		}
		want := make([]float64, features)
		for j, v := range mean {
			for f := range features {
				want[f] += v * average[j*features+f]
			}
		}
		got, err := g.params.Statistics[0].Read(d)
		if err != nil {
			t.Fatal(err)
		}
		nearAll(t, c.Info.Model+" "+g.params.Statistics[0].Name, wide(got), want, 1e-5)
		live := gathered(t, openGenerator(t, d, c, false, 50).Images(t.Context(), g.Latents(Samples{Seed: 1, Count: 3})))
		if averaged := gathered(t, g.Images(t.Context(), g.Latents(Samples{Seed: 1, Count: 3}))); slices.EqualFunc(live, averaged, slices.Equal) {
			t.Errorf("%s: the average makes the live weights' images", c.Info.Model)
		}
	}
}
