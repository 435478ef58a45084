package gan

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/internal/onnxtest"
	"vkgan/internal/safetensors"
	"vkgan/vk"
)

// trainedFor trains a model for some steps in a run folder, and gives its last checkpoint.
func trainedFor(t *testing.T, d *vk.Device, m Model, info RunInfo, steps int) *Checkpoint {
	t.Helper()
	info.Data = RunData{Classes: 3, Height: 8, Width: 8}
	run, err := NewRun(t.TempDir(), "trained", info)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newTrainer(t, d, m, Options{MaxSteps: steps}, imports{run}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := run.Finish("done"); err != nil {
		t.Fatal(err)
	}
	c, err := LatestCheckpoint(run.Dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// trainedSSGAN has an average of D, and D's scales and biases from images.
func trainedSSGAN(t *testing.T, d *vk.Device, seed uint64, steps int) (*SSGAN, *Checkpoint) {
	t.Helper()
	m := newSSGAN(t, d, smallSSGAN(0.75, 20), everyClass(60, 30, 8, 8, 3), seed)
	return m, trainedFor(t, d, m, RunInfo{Model: "ssgan", Recipe: m.recipe}, steps)
}

func exported(t *testing.T, c *Checkpoint, part Part) *safetensors.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	if err := c.ExportSafetensors(path, part); err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A file of weights holds what an evaluation uses, of both networks or of one, and nothing else.
func TestExportSafetensors(t *testing.T) {
	_, c := trainedSSGAN(t, devicetest.Open(t, vk.Options{}), 1, 4)
	whole := map[string][]byte{}
	for _, s := range c.tensors.Tensors {
		if !strings.HasPrefix(s.Name, "adam.") && !strings.HasPrefix(s.Name, averagePrefix) && s.DType == safetensors.F32 {
			whole[s.Name] = s.Data
		}
	}
	for _, s := range c.tensors.Tensors {
		if name, averaged := strings.CutPrefix(s.Name, averagePrefix+"D."); averaged {
			name = "D." + name
			if slices.Equal(whole[name], s.Data) {
				t.Errorf("the average of %s is its last value", name)
			}
			whole[name] = s.Data
		}
	}
	of := func(network string) map[string][]byte {
		part := map[string][]byte{}
		for name, data := range whole {
			if layer, found := strings.CutPrefix(name, network); found {
				part[layer] = data
			}
		}
		return part
	}
	for part, want := range map[Part]map[string][]byte{Whole: whole, PartGenerator: of("G."), PartDiscriminator: of("D.")} {
		f, got := exported(t, c, part), map[string][]byte{}
		for _, s := range f.Tensors {
			got[s.Name] = s.Data
		}
		if !maps.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%q: %v, want %v", part, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
		if f.Metadata["format"] != "pt" || f.Metadata["model"] != "ssgan" || f.Metadata["step"] != "4" || f.Metadata[keyVersion] != "" {
			t.Errorf("%q: metadata %v", part, f.Metadata)
		}
	}
	if len(whole) == 0 || whole["D.linear1.scale"] == nil || whole["G.bn1.running_var"] == nil {
		t.Errorf("%v", slices.Sorted(maps.Keys(whole)))
	}
}

// What is exported and imported again answers bit for bit as the run did, and in onnxruntime as there.
func TestExportOfAnAverageInONNXRuntime(t *testing.T) {
	d := devicetest.Open(t, vk.Options{})
	m, c := trainedSSGAN(t, d, 1, 4)
	path := filepath.Join(t.TempDir(), "model")
	if err := c.ExportONNX(path, PartDiscriminator); err != nil {
		t.Fatal(err)
	}
	x := portable{x: m.x.Part(0, 10)}
	images := make([]float32, 10*64)
	for i := range images {
		images[i] = float32(i*i%97) / 97
	}
	want := x.answers(t, d, x.x, images, m.classLogits)
	got := onnxtest.Run(t, onnxtest.Model{File: path, Batch: 4, Inputs: map[string][]float32{"image": images}, Wanted: []string{"logits"}})
	within(t, "logits", got[0]["logits"], want, 1e-5)

	again := newSSGAN(t, d, m.recipe, everyClass(60, 30, 8, 8, 3), 2)
	imported(t, d, again, writeWeights(t, exported(t, c, Whole).Tensors), Options{})
	if !slices.Equal(x.answers(t, d, again.x.Part(0, 10), images, again.classLogits), want) {
		t.Error("exported and imported again it answers otherwise")
	}
}

// Recipe best's G has shifts alone, a normalised output and uniform z: exported it makes the same images in onnxruntime, and
// imported again everything is as it was.
func TestExportOfBestInONNXRuntime(t *testing.T) {
	d, set := devicetest.Open(t, vk.Options{}), everyClass(60, 30, 8, 8, 3)
	r := SSGANBest()
	r.ClassLabels, r.BatchSize, r.ZDim, r.InitImages, r.PlannedSteps, r.EMADecay = 2, 6, 7, 20, 4, 0.75
	m := newSSGAN(t, d, r, set, 1)
	c := trainedFor(t, d, m, RunInfo{Model: "ssgan", Recipe: r}, 4)
	path := filepath.Join(t.TempDir(), "generator")
	if err := c.ExportONNX(path, PartGenerator); err != nil {
		t.Fatal(err)
	}
	g, err := c.Generator(d, false)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Free()
	var z, want []float32
	for latent := range g.independent(3, sampleLatents, 10) {
		z = append(z, latent...)
	}
	for image, err := range g.Images(t.Context(), slices.Chunk(z, r.ZDim)) {
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, image...)
	}
	if slices.Min(z) < 0 || slices.Max(z) < 0.9 {
		t.Errorf("z is %v", z)
	}
	got := onnxtest.Run(t, onnxtest.Model{File: path, Batch: 10, Inputs: map[string][]float32{"z": z}, Wanted: []string{"image"}})
	within(t, "images", got[0]["image"], want, 1e-5)

	weights := exported(t, c, Whole).Tensors
	for name, ones := range map[string]bool{"G.bn1.weight": true, "G.bn2.weight": true, "G.linear3.scale": false} {
		i := slices.IndexFunc(weights, func(s safetensors.Tensor) bool { return s.Name == name })
		if i < 0 || ones != !slices.ContainsFunc(decoded(weights[i].Data), func(v float32) bool { return v != 1 }) {
			t.Errorf("%s is not there, or not what it should be", name)
		}
	}
	begun := imported(t, d, newSSGAN(t, d, r, set, 2), writeWeights(t, weights), Options{})
	for _, want := range weights {
		if got, _ := begun.tensors.Tensor(want.Name); !slices.Equal(got.Data, want.Data) {
			t.Errorf("imported again %s is not as it was", want.Name)
		}
	}
}

// A checkpoint that lacks a tensor, or is of images that no network can take, is refused; no file is left where none can be
// written.
func TestExportErrors(t *testing.T) {
	_, sound := trainedSSGAN(t, devicetest.Open(t, vk.Options{}), 1, 1)
	dir := t.TempDir()
	for _, test := range []struct {
		name, path string
		change     func(c *Checkpoint)
		want       string
	}{
		{"a tensor less", "a", func(c *Checkpoint) { c.tensors.Tensors = c.tensors.Tensors[1:] }, "no tensor"},
		{"no image", "a", func(c *Checkpoint) { c.Info.Data.Height = 0 }, "0"},
		{"another recipe", "a", func(c *Checkpoint) {
			r := smallSSGAN(0.75, 20)
			r.ZDim = 9
			c.Info.Recipe = r
		}, "G.linear1.weight"},
		{"a later model", "a", func(c *Checkpoint) { c.Info.Model = "vae" }, `of model "vae"`},
		{"a folder", ".", func(*Checkpoint) {}, "it is a folder"},
		{"below a file", "file/a", func(*Checkpoint) {}, "a part of the path is a file"},
	} {
		c := *sound
		tensors := *sound.tensors
		c.tensors = &tensors
		test.change(&c)
		if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o666); err != nil {
			t.Fatal(err)
		}
		for format, write := range map[string]func(string, Part) error{"safetensors": c.ExportSafetensors, "onnx": c.ExportONNX} {
			if err := write(filepath.Join(dir, test.path), PartDiscriminator); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s, %s: %v, want %q", test.name, format, err, test.want)
			}
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left over: %v, %v", left, err)
	}
}
