package gan

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/internal/onnxtest"
	"vkgan/internal/philox"
	"vkgan/internal/safetensors"
	"vkgan/layers"
	"vkgan/vk"
)

// outputsFixture is of tools/fixture/outputs.py: known weights, and what PyTorch makes of them.
type outputsFixture struct {
	Seed           uint64
	Images, Rows   int
	InfoGAN, SSGAN modelOutputs
}

type modelOutputs struct {
	Tensors []struct {
		Name          string
		Shape         []int
		Stream        uint32
		Offset, Scale float64
	}
	Pictures, Logits, Real []float64
}

// weights are the known ones, as PyTorch would write them.
func (o modelOutputs) weights(seed uint64) []safetensors.Tensor {
	var all []safetensors.Tensor
	for _, t := range o.Tensors {
		s, variance, n := philox.Stream{Seed: seed, ID: t.Stream}, strings.HasSuffix(t.Name, "running_var"), 1
		for _, d := range t.Shape {
			n *= d
		}
		data := make([]byte, 0, 4*n)
		for e := range uint32(n) {
			draw := s.Normal
			if variance {
				draw = s.Uniform
			}
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(t.Offset+t.Scale*float64(draw(0, e)))))
		}
		all = append(all, safetensors.Tensor{Name: t.Name, DType: safetensors.F32, Shape: t.Shape, Data: data})
		if variance {
			name := strings.Replace(t.Name, "running_var", "num_batches_tracked", 1)
			all = append(all, safetensors.Tensor{Name: name, DType: safetensors.I64, Data: make([]byte, 8)})
		}
	}
	return all
}

// writeWeights writes a file of weights and reads it.
func writeWeights(t *testing.T, tensors []safetensors.Tensor) *Weights {
	t.Helper()
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := safetensors.Write(file, map[string]string{"format": "pt"}, tensors); err != nil {
		t.Fatal(err)
	}
	w, err := ReadWeights(path)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// imports is an observer that keeps a run folder.
type imports struct{ *Run }

func (imports) Progress(Progress) {}

// imported begins a run with weights, and gives its checkpoint.
func imported(t *testing.T, d *vk.Device, m Model, w *Weights, o Options) *Checkpoint {
	t.Helper()
	info := RunInfo{Import: &w.Import}
	describe := func(model string, recipe any, data *Dataset) {
		info.Model, info.Recipe, info.Data = model, recipe, RunData{Classes: data.Classes, Height: data.Shape.H, Width: data.Shape.W}
	}
	switch m := m.(type) {
	case *InfoGAN:
		describe("infogan", m.recipe, m.data)
	case *SSGAN:
		describe("ssgan", m.recipe, m.data)
	default:
		t.Fatalf("no model: %T", m)
	}
	run, err := NewRun(t.TempDir(), "imported", info)
	if err != nil {
		t.Fatal(err)
	}
	if err := newTrainer(t, d, m, o, imports{run}).Import(w); err != nil {
		t.Fatal(err)
	}
	if err := run.Finish("stopped"); err != nil {
		t.Fatal(err)
	}
	c, err := LatestCheckpoint(run.Dir)
	if err != nil || c == nil {
		t.Fatalf("the run's checkpoint: %v", err)
	}
	return c
}

// portable is a model as the tests of its outputs see it.
type portable struct {
	Model
	known          modelOutputs
	x, latents     layers.Tensor
	classes        func(rec *vk.Recorder, x layers.Tensor) layers.Tensor
	generator      *layers.Sequence
	z, codes       int
	labels, pixels []byte // of the test images
}

// portables are both models at full size, on MNIST, with few training images.
func portables(t *testing.T, d *vk.Device, f outputsFixture) map[string]portable {
	t.Helper()
	set, info, semi := realMNIST(t), InfoGANReference(), SSGANReference()
	info.TrainImages, semi.TrainImages = 2000, 2000
	i, s := newModel(t, d, info, set, 1), newSSGAN(t, d, semi, set, 1)
	codes := func(rec *vk.Recorder, x layers.Tensor) layers.Tensor {
		return i.codeLogits(rec, x, CalibratedStatistics)
	}
	return map[string]portable{
		"infogan": {i, f.InfoGAN, i.x, i.latent, codes, i.generator, info.ZDim, info.Labels, set.TestLabels, set.Test.Pixels},
		"ssgan":   {s, f.SSGAN, s.x, s.latent, s.classLogits, s.generator, semi.ZDim, 0, set.TestLabels, set.Test.Pixels},
	}
}

const portableRows = 100 // of a batch

// images are test images as the networks take them.
func (p portable) images(n int) []float32 {
	values := make([]float32, n*784)
	for i := range values {
		values[i] = float32(p.pixels[i]) / 255
	}
	return values
}

// inputs are the generator's first rows: z as in the fixture, and the one-hot codes in turn.
func (p portable) inputs(seed uint64, rows int) (z, code, both []float32) {
	for i := range rows {
		one := sphere(philox.Stream{Seed: seed, ID: philox.StreamZ}, i, p.z, 1)
		hot := make([]float32, p.codes)
		if p.codes > 0 {
			hot[i%p.codes] = 1
		}
		z, code, both = append(z, one...), append(code, hot...), slices.Concat(both, one, hot)
	}
	return z, code, both
}

// answers runs a network on rows of input, a batch at a time.
func (p portable) answers(t *testing.T, d *vk.Device, x layers.Tensor, values []float32, network func(rec *vk.Recorder, x layers.Tensor) layers.Tensor) []float32 {
	t.Helper()
	rows := min(portableRows, len(values)/x.Size())
	x = x.Part(0, rows)
	var y layers.Tensor
	program, err := newProgram(d, "answers", func(rec *vk.Recorder) { y = network(rec, x) })
	if err != nil {
		t.Fatal(err)
	}
	defer program.Free()
	var all []float32
	for batch := range slices.Chunk(values, rows*x.Size()) {
		err := d.Upload(x.Data, vk.Bytes(batch))
		if err == nil {
			err = runOnce(d, program)
		}
		got, err2 := y.Read(d)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		all = append(all, got...)
	}
	return all
}

// evaluate is Evaluate, with the logits of all test images.
func (p portable) evaluate(t *testing.T, d *vk.Device) (e Evaluation, logits []float32) {
	t.Helper()
	once(t, d, p.BeginTest)
	var batch layers.Tensor
	program, err := newProgram(d, "test", func(rec *vk.Recorder) { batch = p.Test(rec, CalibratedStatistics) })
	if err != nil {
		t.Fatal(err)
	}
	defer program.Free()
	for range p.TestBatches(CalibratedStatistics) {
		if err := runOnce(d, program); err != nil {
			t.Fatal(err)
		}
		values, err := batch.Read(d)
		if err != nil {
			t.Fatal(err)
		}
		missing := len(p.labels) - len(logits)/batch.Size() // the last batch begins with images of the one before
		logits = append(logits, values[max(0, batch.Rows-missing)*batch.Size():]...)
	}
	if e, err = p.Evaluation(); err != nil {
		t.Fatal(err)
	}
	return e, logits
}

// within fails where a value is further from what it should be than that.
func within[F float32 | float64](t *testing.T, what string, got []float32, want []F, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	worst, at := 0.0, 0
	for i, w := range want {
		if off := math.Abs(float64(got[i]) - float64(w)); !(off <= worst) {
			worst, at = off, i
		}
	}
	if !(worst <= tolerance) {
		t.Errorf("%s: value %d is %g, want %g: off by %.2g, beyond %.2g", what, at, got[at], float64(want[at]), worst, tolerance)
	}
}

// Weights that come from PyTorch answer as they do there, both networks of both models, and are the run's first checkpoint
// as they are.
func TestImportIsPyTorchs(t *testing.T) {
	asPublished(t)
	f, d := readFixture[outputsFixture](t, "testdata/outputs.json.gz"), devicetest.Open(t, vk.Options{})
	for name, p := range portables(t, d, f) {
		tensors := p.known.weights(f.Seed)
		c := imported(t, d, p.Model, writeWeights(t, tensors), Options{})
		_, _, latents := p.inputs(f.Seed, f.Rows)
		within(t, name+": logits", p.answers(t, d, p.x, p.images(f.Images), p.classes), p.known.Logits, 1e-5)
		within(t, name+": images", p.answers(t, d, p.latents, latents, p.generator.Infer), p.known.Pictures, 1e-5)
		if c.Position.Step != 0 || c.Info.Import == nil || len(c.Info.Import.SHA256) != 64 {
			t.Errorf("%s: the checkpoint is of step %d and of %+v", name, c.Position.Step, c.Info.Import)
		}
		for _, want := range tensors {
			if got, found := c.tensors.Tensor(want.Name); found == counted(want.Name) || found && !slices.Equal(got.Data, want.Data) {
				t.Errorf("%s: the checkpoint's %s is not what was imported", name, want.Name)
			}
		}
	}
}

// onnxruntime makes of an exported checkpoint what vkgan does: the logits of all of MNIST's test images, and so the same
// error; and images.
func TestExportInONNXRuntime(t *testing.T) {
	asPublished(t)
	const rows, tolerance = 200, 1e-4
	f, d := readFixture[outputsFixture](t, "testdata/outputs.json.gz"), devicetest.Open(t, vk.Options{})
	for name, p := range portables(t, d, f) {
		c, dir := imported(t, d, p.Model, writeWeights(t, p.known.weights(f.Seed)), Options{}), t.TempDir()
		for _, part := range []Part{PartGenerator, PartDiscriminator} {
			if err := c.ExportONNX(filepath.Join(dir, string(part)), part); err != nil {
				t.Fatal(err)
			}
		}
		test, wanted := p.images(len(p.labels)), []string{"logits", "probabilities"}
		if p.known.Real != nil {
			wanted = append(wanted, "real")
		}
		z, code, latents := p.inputs(f.Seed, rows)
		got := onnxtest.Run(t,
			onnxtest.Model{File: filepath.Join(dir, "discriminator"), Batch: portableRows, Inputs: map[string][]float32{"image": test}, Wanted: wanted},
			onnxtest.Model{File: filepath.Join(dir, "generator"), Batch: portableRows, Inputs: map[string][]float32{"z": z, "code": code}, Wanted: []string{"image"}})

		logits, probabilities := got[0]["logits"], got[0]["probabilities"]
		evaluation, tested := p.evaluate(t, d)
		within(t, name+": logits", logits, tested, tolerance)
		within(t, name+": logits of PyTorch", logits[:len(p.known.Logits)], p.known.Logits, tolerance)
		if real := p.known.Real; real != nil {
			within(t, name+": real, of PyTorch", got[0]["real"][:len(real)], real, tolerance)
		}
		within(t, name+": images", got[1]["image"], p.answers(t, d, p.latents, latents, p.generator.Infer), tolerance)
		within(t, name+": images of PyTorch", got[1]["image"][:len(p.known.Pictures)], p.known.Pictures, tolerance)
		within(t, name+": probabilities", probabilities, softmaxRows(logits, 10), tolerance)

		confusion, close := counted10(logits, p.labels, tolerance)
		e := confusion.Error()
		if evaluation.NMI != nil {
			e = confusion.MajorityError()
		}
		if images := math.Abs(e-evaluation.Error) * float64(len(p.labels)); images > float64(close)+1e-6 {
			t.Errorf("%s: the test error is %g, in onnxruntime %g: %g images, of which %d are undecided", name, evaluation.Error, e, images, close)
		}
	}
}

// softmaxRows are the probabilities of rows of logits.
func softmaxRows(logits []float32, classes int) []float64 {
	var all []float64
	for row := range slices.Chunk(logits, classes) {
		sum := 0.0
		for _, v := range row {
			sum += math.Exp(float64(v))
		}
		for _, v := range row {
			all = append(all, math.Exp(float64(v))/sum)
		}
	}
	return all
}

// counted10 counts what ten logits make of labelled images, and how many of these have two highest logits that are no
// further apart than twice a tolerance.
func counted10(logits []float32, labels []byte, tolerance float64) (c Confusion, close int) {
	c = NewConfusion(10, 10)
	for i, label := range labels {
		row := logits[10*i : 10*i+10]
		best := slices.Index(row, slices.Max(row))
		c.Counts[10*best+int(label)]++
		sorted := slices.Sorted(slices.Values(row))
		if float64(sorted[9]-sorted[8]) <= 2*tolerance {
			close++
		}
	}
	return c, close
}
