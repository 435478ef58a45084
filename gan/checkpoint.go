package gan

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"

	"vkgan/internal/safetensors"
)

// Checkpoint is all that a run needs to go on, read from a file.
type Checkpoint struct {
	Path     string
	Position Position
	Info     RunInfo          // run.json as it was
	Logs     map[string]int64 // log files and the bytes that they held
	tensors  *safetensors.File
}

// The keys of a checkpoint's metadata. All but the first three, the step and the checksum are JSON.
const (
	keyFormat   = "format" // "pt": names and layouts are PyTorch's
	keyVersion  = "vkgan_checkpoint"
	keyLayout   = "layout"
	keyStep     = "step"
	keyPosition = "position"
	keyRandom   = "rng"
	keyRun      = "run"
	keyModel    = "model"  // of an export
	keyRecipe   = "recipe" // likewise: what the weights were trained by
	keyLogs     = "logs"
	keySum      = "crc32c" // of all tensors' data, in the order of the file
)

const (
	checkpointVersion = "1"
	layoutNote        = "PyTorch's: linear [out,in], conv [O,I,kH,kW], deconv [I,O,kH,kW]; flattened images and features are in H,W,C order"
)

// randomState is where the random numbers stand: they are a function of the seed and the step alone.
type randomState struct {
	Generator string `json:"generator"`
	Seed      uint64 `json:"seed"`
	Step      int    `json:"step"`
}

// checkpointMetadata is all of it but the checksum.
func checkpointMetadata(p Position, info RunInfo, logs map[string]int64) (map[string]string, error) {
	m := map[string]string{keyFormat: "pt", keyVersion: checkpointVersion, keyLayout: layoutNote, keyStep: strconv.Itoa(p.Step)}
	for key, value := range map[string]any{
		keyPosition: p, keyRun: info, keyLogs: logs, keyRandom: randomState{"philox4x32-10", info.Seeds.Seed, p.Step},
	} {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("checkpoint: %s: %w", key, err)
		}
		m[key] = string(text)
	}
	return m, nil
}

// writeCheckpoint writes the file.
func writeCheckpoint(w io.Writer, metadata map[string]string, tensors []safetensors.Tensor) error {
	metadata[keySum] = checksum(tensors)
	return safetensors.Write(w, metadata, tensors)
}

func checksum(tensors []safetensors.Tensor) string {
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	for _, t := range tensors {
		sum.Write(t.Data)
	}
	return fmt.Sprintf("%08x", sum.Sum32())
}

// ReadCheckpoint reads a file and verifies it. The error names the file and what is wrong with it.
func ReadCheckpoint(path string) (*Checkpoint, error) {
	file, err := safetensors.Read(path)
	if err != nil {
		return nil, err
	}
	c := &Checkpoint{Path: path, tensors: file}
	switch version := file.Metadata[keyVersion]; {
	case version == "":
		return nil, fmt.Errorf("%s is no checkpoint of vkgan: its metadata has no %q", path, keyVersion)
	case version != checkpointVersion:
		return nil, fmt.Errorf("%s is a checkpoint of version %q, and this program reads version %s", path, version, checkpointVersion)
	case file.Metadata[keySum] != checksum(file.Tensors):
		return nil, fmt.Errorf("%s is damaged: its data does not match its checksum", path)
	}
	for key, to := range map[string]any{keyPosition: &c.Position, keyRun: &c.Info, keyLogs: &c.Logs} {
		if err := json.Unmarshal([]byte(file.Metadata[key]), to); err != nil {
			return nil, fmt.Errorf("%s is damaged: metadata %q: %w", path, key, err)
		}
	}
	if c.Position.Step < 0 {
		return nil, fmt.Errorf("%s is damaged: step %d", path, c.Position.Step)
	}
	return c, nil
}

// tensor gives a piece of the state as the file has it.
func (c *Checkpoint) tensor(s Saved) (safetensors.Tensor, error) {
	t, found := c.tensors.Tensor(s.Name)
	switch {
	case !found:
		return t, fmt.Errorf("%s has no tensor %q: it is of another model", c.Path, s.Name)
	case !s.fits(t):
		return t, fmt.Errorf("%s has %q as %s %d, this model as %s %d", c.Path, s.Name, t.DType, t.Shape, s.DType, s.shape())
	}
	return t, nil
}
