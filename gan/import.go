package gan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vkgan/internal/files"
	"vkgan/internal/safetensors"
	"vkgan/layers"
	"vkgan/vk"
)

// Weights are both networks of a model, trained elsewhere: a safetensors file with the names and layouts of
// Checkpoint.ExportSafetensors.
type Weights struct {
	Import
	// ChannelsFirst says that an image's features are in C, H, W order where they are a vector, as nn.Flatten leaves them; else
	// they are in H, W, C order.
	ChannelsFirst bool
	// Model and Recipe are what vkgan trained, and by what, as run.json has it; "" and nil if something else did.
	Model  string
	Recipe map[string]any

	file *safetensors.File
}

// Import is where a run's first weights are from, as run.json tells it.
type Import struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"` // of the file
}

// ReadWeights reads a file. The error names it and what is wrong with it.
func ReadWeights(path string) (*Weights, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, files.CannotRead(path, err)
	}
	file, err := safetensors.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if file.Metadata[keyVersion] != "" {
		return nil, fmt.Errorf("%s is a checkpoint of vkgan: `vkgan train … --resume` goes on with it, `vkgan export` takes its weights out", path)
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	w := &Weights{Import: Import{path, hex.EncodeToString(sum[:])}, Model: file.Metadata[keyModel], file: file}
	if recipe := file.Metadata[keyRecipe]; recipe != "" {
		if err := json.Unmarshal([]byte(recipe), &w.Recipe); err != nil {
			return nil, fmt.Errorf("%s is damaged: metadata %q: %w", path, keyRecipe, err)
		}
	}
	return w, nil
}

// FitInfoGAN sets the sizes of a recipe that the shapes of the weights tell.
func (w *Weights) FitInfoGAN(r *InfoGANRecipe) {
	if labels := w.size("D.code.weight", 0); labels > 0 {
		r.Labels = labels
	}
	r.Continuous, r.QHead = w.size("D.continuous.weight", 0), w.size("D.linear4.weight", 0)
	if latent := w.size("G.linear1.weight", 1); latent > r.Labels+r.Continuous {
		r.ZDim = latent - r.Labels - r.Continuous
	}
}

// FitSSGAN sets the sizes of a recipe that the shapes of the weights tell, and that G's last layer is weight-normalised.
func (w *Weights) FitSSGAN(r *SSGANRecipe) {
	if z := w.size("G.linear1.weight", 1); z > 0 {
		r.ZDim = z
	}
	if _, norm := w.file.Tensor("G.linear3.scale"); norm {
		r.GOutputNorm = true
	}
}

// size is how long an axis of a matrix is; 0 if there is no such matrix.
func (w *Weights) size(name string, axis int) int {
	if t, found := w.file.Tensor(name); found && len(t.Shape) == 2 {
		return t.Shape[axis]
	}
	return 0
}

// Import makes weights that were trained elsewhere the first ones of a run: Adam's moments are zero, and statistics that the
// file does not hold are calibrated. Then it hands the observer the sample grid and the checkpoint of step 0. It comes
// instead of Run. Where the weights do not fit the model nothing has happened, and the error lists what differs.
func (t *Trainer) Import(w *Weights) error {
	calibrated, err := w.fill(t.dev, t.model)
	if err != nil {
		return err
	}
	t.start = time.Now()
	if !calibrated {
		if err := t.calibrate(t.final); err != nil {
			return err
		}
	}
	if err := t.takeSamples(false); err != nil {
		return err
	}
	return t.save()
}

// fill uploads the weights to a model that is as it was made, and says whether the batch-norms' statistics were among them.
func (w *Weights) fill(dev *vk.Device, m Model) (calibrated bool, err error) {
	state := m.State()
	if err := w.check(state); err != nil {
		return false, err
	}
	shape, axes := m.Flattened()
	for _, s := range state {
		if t, found := w.find(s); found {
			if axis, flat := axes[t.Name]; flat && w.ChannelsFirst {
				t.Data = channelsLast(t, axis, shape)
			}
			if err := dev.Upload(s.Range, s.onDevice(t)); err != nil {
				return false, err
			}
		}
	}
	return w.hasStatistics(), nil
}

// channelsLast gives the data of a tensor one of whose axes is an image's features: from C, H, W order in H, W, C order.
func channelsLast(t safetensors.Tensor, axis int, image layers.Shape) []byte {
	inner := 1
	for _, n := range t.Shape[axis+1:] {
		inner *= n
	}
	data := make([]byte, len(t.Data))
	permute(data, t.Data, []int{len(t.Data) / 4 / image.Size() / inner, image.C, image.H * image.W, inner}, []int{0, 2, 1, 3}, false)
	return data
}

// begins says whether a piece of the state is zero where a run begins.
func begins(s Saved) bool { return s.DType == safetensors.U32 || strings.HasPrefix(s.Name, "adam.") }

// averages and calibrates are for what is made from the other tensors where it is not given.
func averages(name string) bool { return strings.HasPrefix(name, averagePrefix) }

func calibrates(name string) bool {
	return strings.HasSuffix(name, ".running_mean") || strings.HasSuffix(name, ".running_var")
}

// counted is what PyTorch's batch-norms keep and nothing here needs.
func counted(name string) bool { return strings.HasSuffix(name, ".num_batches_tracked") }

func (w *Weights) hasStatistics() bool {
	return slices.ContainsFunc(w.file.Tensors, func(t safetensors.Tensor) bool { return calibrates(t.Name) })
}

// find is the tensor for a piece of the state. An average begins as what it is of.
func (w *Weights) find(s Saved) (safetensors.Tensor, bool) {
	if begins(s) {
		return safetensors.Tensor{}, false
	}
	t, found := w.file.Tensor(s.Name)
	if !found {
		t, found = w.file.Tensor(strings.TrimPrefix(s.Name, averagePrefix))
	}
	return t, found
}

// check lists what a model's state lacks, has in another shape or has no place for.
func (w *Weights) check(state []Saved) error {
	var missing, misshaped, unknown, broken []string
	known := map[string]bool{}
	for _, s := range state {
		if begins(s) {
			continue
		}
		known[s.Name] = true
		t, found := w.file.Tensor(s.Name)
		switch {
		case !found && (averages(s.Name) || calibrates(s.Name) && !w.hasStatistics()):
		case !found:
			missing = append(missing, fmt.Sprintf("%s %v", s.Name, s.shape()))
		case !s.fits(t):
			misshaped = append(misshaped, fmt.Sprintf("%s %s%v instead of %s%v", t.Name, t.DType, t.Shape, s.DType, s.shape()))
		case !sound(t):
			broken = append(broken, t.Name)
		}
	}
	for _, t := range w.file.Tensors {
		if !known[t.Name] && !counted(t.Name) {
			unknown = append(unknown, fmt.Sprintf("%s %v", t.Name, t.Shape))
		}
	}
	var wrong []string
	for _, list := range []struct {
		what  string
		names []string
	}{
		{"missing", missing}, {"of another shape or type", misshaped}, {"unknown", unknown}, {"not finite, or a variance below 0", broken},
	} {
		if len(list.names) > 0 {
			wrong = append(wrong, list.what+": "+enumerate(list.names))
		}
	}
	if wrong == nil {
		return nil
	}
	return fmt.Errorf("%s does not hold the weights of this model; %s (docs/export.md lists names and shapes)", w.Path, strings.Join(wrong, "; "))
}

// sound says whether a float32 tensor's numbers are finite, and variances not negative.
func sound(t safetensors.Tensor) bool {
	variance := strings.HasSuffix(t.Name, ".running_var")
	for _, v := range decoded(t.Data) {
		if v-v != 0 || variance && v < 0 {
			return false
		}
	}
	return true
}

// enumerate joins names, of very many the first.
func enumerate(names []string) string {
	const most = 40
	if more := len(names) - most; more > 0 {
		names = append(names[:most:most], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
