package gan

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/internal/safetensors"
	"vkgan/vk"
)

// keeper writes a run's snapshots into files.
type keeper struct {
	nobody
	t    *testing.T
	path string
}

func (k keeper) Checkpoint(s *Snapshot) error {
	defer s.Release()
	tensors, err := s.Tensors()
	if err != nil {
		return err
	}
	metadata, err := checkpointMetadata(s.Position, RunInfo{Model: "infogan"}, nil)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := writeCheckpoint(&file, metadata, tensors); err != nil {
		return err
	}
	return os.WriteFile(k.path, file.Bytes(), 0o666)
}

// A checkpoint is refused, and nothing changes, where a tensor is missing or of another shape or type.
func TestRestoreRefusesAnotherModel(t *testing.T) {
	d, set := devicetest.Open(t, vk.Options{}), synthetic(40, 10, 8, 8, 3)
	r := InfoGANReference()
	r.BatchSize, r.Labels, r.ZDim = 5, 3, 4
	path := filepath.Join(t.TempDir(), "000002.safetensors")
	if _, err := newTrainer(t, d, newModel(t, d, r, set, 1), Options{MaxSteps: 2}, keeper{t: t, path: path}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	sound, err := safetensors.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	m := newModel(t, d, r, set, 2)
	trainer := newTrainer(t, d, m, Options{MaxSteps: 2}, nobody{})
	before, err := m.ParamsD.All[0].Read(d, m.ParamsD.Value)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		change func(tensors []safetensors.Tensor) []safetensors.Tensor
		want   string
	}{
		{func(ts []safetensors.Tensor) []safetensors.Tensor { return ts[1:] }, `no tensor "G.linear1.weight": it is of another model`},
		{func(ts []safetensors.Tensor) []safetensors.Tensor {
			ts[0].Shape = []int{ts[0].Shape[1], ts[0].Shape[0]}
			return ts
		}, `"G.linear1.weight" as F32 [7 128], this model as F32 [128 7]`},
		{func(ts []safetensors.Tensor) []safetensors.Tensor {
			ts[len(ts)-1].DType = "I32"
			return ts
		}, `"seen" as I32 [3 3], this model as U32 [3 3]`},
	} {
		tensors := c.change(slices.Clone(sound.Tensors))
		var file bytes.Buffer
		if err := writeCheckpoint(&file, sound.Metadata, tensors); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, file.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		checkpoint, err := ReadCheckpoint(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := trainer.Restore(checkpoint); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
		after, err := m.ParamsD.All[0].Read(d, m.ParamsD.Value)
		if err != nil || !slices.Equal(after, before) || trainer.done != 0 {
			t.Errorf("the model has changed, or the trainer: step %d, %v", trainer.done, err)
		}
	}
}

func TestDiffersFrom(t *testing.T) {
	info := RunInfo{Device: RunDevice{Name: "A", Build: "addresses"}, Driver: RunDriver{Name: "N", Info: "1"}, Kernels: strings.Repeat("a", 64)}
	c := &Checkpoint{Info: info}
	if d := info.DiffersFrom(c); len(d) != 0 {
		t.Errorf("differs from itself: %q", d)
	}
	info.Driver.Info, info.Kernels = "2", strings.Repeat("b", 64)
	want := []string{"driver (N 2, before N 1)", "version of the kernels (bbbbbbbbbbbb, before aaaaaaaaaaaa)"}
	if d := info.DiffersFrom(c); !slices.Equal(d, want) {
		t.Errorf("differs by %q, want %q", d, want)
	}
	c.Info.Resumed = []Resumption{{Device: info.Device, Driver: info.Driver, Kernels: info.Kernels}}
	if d := info.DiffersFrom(c); len(d) != 0 {
		t.Errorf("differs by %q from the process that went on last", d)
	}
}

// permute against the definition: the file's element at index i is the device's with index[axes[k]] = i[k].
func TestPermute(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, dims := range [][]int{{1}, {7}, {3, 5}, {1, 4}, {5, 5, 3, 2}, {2, 3, 4, 5}, {1, 1, 6, 1}} {
		axes := torchAxes(len(dims))
		n := 1
		for _, d := range dims {
			n *= d
		}
		src := make([]byte, 4*n)
		for i := range src {
			src[i] = byte(random.Uint32())
		}
		got, back := make([]byte, 4*n), make([]byte, 4*n)
		permute(got, src, dims, axes, false)
		permute(back, got, dims, axes, true)
		if !bytes.Equal(back, src) {
			t.Errorf("%d: the inverse does not undo it", dims)
		}
		shape := Saved{Dims: dims, Axes: axes}.shape()
		for e := range n {
			index, rest := make([]int, len(dims)), e // of the file
			for k := len(shape) - 1; k >= 0; k-- {
				index[k], rest = rest%shape[k], rest/shape[k]
			}
			device := index
			if axes != nil {
				device = make([]int, len(dims))
				for k, axis := range axes {
					device[axis] = index[k]
				}
			}
			at := 0
			for k, i := range device {
				at = at*dims[k] + i
			}
			if !bytes.Equal(got[4*e:4*e+4], src[4*at:4*at+4]) {
				t.Fatalf("%d: element %d is not the device's %d", dims, e, at)
			}
		}
	}
}

// What the host knows of a run survives JSON bit for bit.
func TestPositionInJSON(t *testing.T) {
	third := 1.0 / 3
	p := Position{Step: 7, Epoch: third, TimeS: 0.1, Pending: true, Mean: mean{Sum: []float64{third, 1e-300, 0.1 + 0.2}, N: 3}, Last: Metrics{TestError: &third}}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var again Position
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(again.Mean.Sum, p.Mean.Sum) || again.Mean.N != 3 || *again.Last.TestError != third || again.TimeS != 0.1 || !again.Pending || again.Epoch != third {
		t.Errorf("%+v became %+v", p, again)
	}
}
