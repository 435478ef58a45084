package gan

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/internal/safetensors"
	"vkgan/vk"
)

// trainedInfoGAN is small, with the weights of a few steps.
func trainedInfoGAN(t *testing.T, d *vk.Device, seed uint64, steps int) (*InfoGAN, *Checkpoint) {
	t.Helper()
	r := InfoGANReference()
	r.BatchSize, r.Labels, r.ZDim = 5, 3, 4
	m := newModel(t, d, r, everyClass(40, 10, 8, 8, 3), seed)
	return m, trainedFor(t, d, m, RunInfo{Model: "infogan", Recipe: r}, steps)
}

// Statistics that a file does not have are calibrated as the run that it is from has calibrated its own; Adam begins with
// zeros, and the run at step 0.
func TestImportCalibrates(t *testing.T) {
	d := devicetest.Open(t, vk.Options{})
	m, c := trainedInfoGAN(t, d, 1, 3)
	tensors := slices.DeleteFunc(exported(t, c, Whole).Tensors, func(s safetensors.Tensor) bool { return calibrates(s.Name) })
	again := newModel(t, d, m.recipe, everyClass(40, 10, 8, 8, 3), 1)
	begun := imported(t, d, again, writeWeights(t, tensors), Options{})
	for _, want := range c.tensors.Tensors {
		got, found := begun.tensors.Tensor(want.Name)
		switch zeros := make([]byte, len(want.Data)); {
		case !found:
			t.Errorf("the checkpoint has no %s", want.Name)
		case strings.HasPrefix(want.Name, "adam.") || want.DType == safetensors.U32:
			if !bytes.Equal(got.Data, zeros) {
				t.Errorf("%s is not 0", want.Name)
			}
		case !bytes.Equal(got.Data, want.Data):
			t.Errorf("%s is not as it was", want.Name)
		}
	}
	if p := begun.Position; p.Step != 0 || p.Pending || p.Sampled != 0 || !(p.TimeS < 1000) {
		t.Errorf("position %+v", p)
	}
}

// Weights of a network that flattens images as PyTorch does become those of one that does as vkgan.
func TestImportChannelsFirst(t *testing.T) {
	d := devicetest.Open(t, vk.Options{})
	m, c := trainedInfoGAN(t, d, 1, 1)
	channels, pixels := infoganChannels[1], 2*2
	tensors, moved := exported(t, c, Whole).Tensors, 0
	for i, s := range tensors {
		axis := slices.Index(s.Shape, channels*pixels)
		if axis < 0 {
			continue
		}
		moved++
		inner := 4 // bytes of what lies behind the axis
		for _, n := range s.Shape[axis+1:] {
			inner *= n
		}
		data := make([]byte, len(s.Data))
		for from := 0; from < len(data); from += inner {
			feature := from / inner % (channels * pixels)
			pixel, channel := feature/channels, feature%channels
			copy(data[from+(channel*pixels+pixel-feature)*inner:][:inner], s.Data[from:])
		}
		tensors[i].Data = data
	}
	w := writeWeights(t, tensors)
	w.ChannelsFirst = true
	begun := imported(t, d, newModel(t, d, m.recipe, everyClass(40, 10, 8, 8, 3), 2), w, Options{})
	for _, want := range exported(t, c, Whole).Tensors {
		if got, _ := begun.tensors.Tensor(want.Name); !bytes.Equal(got.Data, want.Data) {
			t.Errorf("%s is not as it was", want.Name)
		}
	}
	if moved != 6 {
		t.Errorf("%d tensors were moved, want 6", moved)
	}
}

func TestFitsRecipe(t *testing.T) {
	matrix := func(name string, rows, columns int) safetensors.Tensor {
		return safetensors.Tensor{Name: name, DType: safetensors.F32, Shape: []int{rows, columns}, Data: make([]byte, 4*rows*columns)}
	}
	info, semi := InfoGANReference(), SSGANReference()
	writeWeights(t, []safetensors.Tensor{matrix("G.linear1.weight", 2, 7), matrix("D.code.weight", 3, 5)}).FitInfoGAN(&info)
	writeWeights(t, []safetensors.Tensor{matrix("G.linear1.weight", 2, 7)}).FitSSGAN(&semi)
	if info.Labels != 3 || info.ZDim != 4 || semi.ZDim != 7 {
		t.Errorf("%+v, %+v", info, semi)
	}
	scale := safetensors.Tensor{Name: "G.linear3.scale", DType: safetensors.F32, Shape: []int{2}, Data: make([]byte, 8)}
	if writeWeights(t, []safetensors.Tensor{scale}).FitSSGAN(&semi); !semi.GOutputNorm {
		t.Error("a scale of G's output tells no weight norm")
	}
	none, reference := writeWeights(t, nil), InfoGANReference()
	info, semi = InfoGANReference(), SSGANReference()
	none.FitInfoGAN(&info)
	none.FitSSGAN(&semi)
	if info != reference || semi != SSGANReference() {
		t.Errorf("of no weights: %+v, %+v", info, semi)
	}
}

// One error lists all that is wrong with weights, and nothing has changed.
func TestImportErrors(t *testing.T) {
	asPublished(t)
	d := devicetest.Open(t, vk.Options{})
	m, c := trainedInfoGAN(t, d, 1, 1)
	trainer := newTrainer(t, d, m, Options{}, nobody{})
	before, err := m.ParamsD.All[0].Read(d, m.ParamsD.Value)
	if err != nil {
		t.Fatal(err)
	}
	at := func(ts []safetensors.Tensor, name string) *safetensors.Tensor {
		return &ts[slices.IndexFunc(ts, func(s safetensors.Tensor) bool { return s.Name == name })]
	}
	number := func(v float64) []byte {
		return bytes.Repeat(binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(v))), 128)
	}
	without := func(ts []safetensors.Tensor, name string) []safetensors.Tensor {
		return slices.DeleteFunc(ts, func(s safetensors.Tensor) bool { return s.Name == name })
	}
	for _, test := range []struct {
		name   string
		change func(ts []safetensors.Tensor) []safetensors.Tensor
		want   []string
	}{
		{"much", func(ts []safetensors.Tensor) []safetensors.Tensor {
			w := at(ts, "D.code.weight")
			w.Shape = []int{1024, 3}
			at(ts, "D.code.bias").Name = "D.head.bias"
			return without(ts, "G.deconv1.weight")
		}, []string{"missing: G.deconv1.weight [128 128 5 5], D.code.bias [3]", "of another shape or type: D.code.weight F32[1024 3] instead of F32[3 1024]",
			"unknown: D.head.bias [3]"}},
		{"some statistics", func(ts []safetensors.Tensor) []safetensors.Tensor { return without(ts, "D.bn2.running_mean") }, []string{"missing: D.bn2.running_mean [128]"}},
		{"one network", func(ts []safetensors.Tensor) []safetensors.Tensor {
			return slices.DeleteFunc(ts, func(s safetensors.Tensor) bool { return s.Name[0] == 'D' })
		}, []string{"missing: D.conv1.weight [64 1 5 5], D.conv1.bias [64]"}},
		{"doubles", func(ts []safetensors.Tensor) []safetensors.Tensor {
			b := at(ts, "D.adversarial.bias")
			b.DType, b.Data = safetensors.F64, make([]byte, 8)
			return ts
		}, []string{"D.adversarial.bias F64[1] instead of F32[1]"}},
		{"no number", func(ts []safetensors.Tensor) []safetensors.Tensor {
			at(ts, "D.bn2.bias").Data = number(math.NaN())
			return ts
		}, []string{"not finite, or a variance below 0: D.bn2.bias"}},
		{"a negative variance", func(ts []safetensors.Tensor) []safetensors.Tensor {
			at(ts, "D.bn2.running_var").Data = number(-1)
			return ts
		}, []string{"not finite, or a variance below 0: D.bn2.running_var"}},
		{"moments", func(ts []safetensors.Tensor) []safetensors.Tensor {
			return append(ts, safetensors.Tensor{Name: "adam.m.D.bn2.bias", DType: safetensors.F32, Shape: []int{128}, Data: number(0)})
		}, []string{"unknown: adam.m.D.bn2.bias [128]"}},
		{"something else", func(ts []safetensors.Tensor) []safetensors.Tensor {
			var other []safetensors.Tensor
			for range 50 {
				other = append(other, safetensors.Tensor{Name: strings.Repeat("x", len(other)+1), DType: safetensors.U8, Shape: []int{0}})
			}
			return other
		}, []string{"missing: G.linear1.weight [512 7]", "xxx [0]", "and 10 more"}},
	} {
		w := writeWeights(t, test.change(exported(t, c, Whole).Tensors))
		err := trainer.Import(w)
		for _, want := range test.want {
			if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), w.Path) {
				t.Errorf("%s: %v, want %q", test.name, err, want)
			}
		}
	}
	if after, err := m.ParamsD.All[0].Read(d, m.ParamsD.Value); err != nil || !slices.Equal(after, before) {
		t.Errorf("a refused import changed the model (%v)", err)
	}

	missing, other := filepath.Join(t.TempDir(), "missing"), filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(other, []byte("weights"), 0o666); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{missing: "no such file", other: "truncated", c.Path: "is a checkpoint of vkgan"} {
		if _, err := ReadWeights(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}
