package gan

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/internal/mnist"
	"vkgan/vk"
)

func TestLoadData(t *testing.T) {
	if set, err := LoadData(""); err != nil || set.Train.Count != 60000 || set.Classes != 10 {
		t.Errorf("MNIST: %v (for tests: `make setup`)", err)
	}
	if _, err := LoadData(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, mnist.ErrNoData) {
		t.Errorf("an absent folder: %v", err)
	}
}

// What the kernels cannot read is refused.
func TestNewDatasetOddPixels(t *testing.T) {
	d := devicetest.Open(t, vk.Options{})
	_, err := NewDataset(d, synthetic(6, 3, 5, 3, 2), 6)
	if err == nil || !strings.Contains(err.Error(), "synthetic: images of 5×3 have 15 pixels, not a multiple of 4") {
		t.Errorf("got %v", err)
	}
}
