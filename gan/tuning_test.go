package gan

import (
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/vk"
)

func TestTuningFile(t *testing.T) {
	key := NewTuningKey(devicetest.Open(t, vk.Options{}))
	if key.Kernels == "" || key.Driver.Name == "" || key.Device.Build == "" || key.Subgroup == 0 || key.Device.Type == "cpu" && (key.Processor == "" || key.Processors == 0) {
		t.Errorf("%+v", key)
	}
	folder, table := t.TempDir(), vk.Tuning{"product 1x2x3 NN": "lanes 1x1x3"}
	if got, err := ReadTuning(folder, key); got != nil || err != nil {
		t.Errorf("before there is one: %v, %v", got, err)
	}
	for range 2 {
		table["product 3x2x1 NN"] = "lanes 3x1x1"
		if err := WriteTuning(folder, key, table); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadTuning(folder, key); err != nil || !maps.Equal(got, table) {
			t.Errorf("%v, %v, want %v", got, err, table)
		}
	}

	// Whatever makes another device of it has another table.
	fields := reflect.ValueOf(&key).Elem()
	for i := range fields.NumField() {
		other := key
		field := reflect.ValueOf(&other).Elem().Field(i)
		switch field.Kind() {
		case reflect.String:
			field.SetString("other")
		case reflect.Int:
			field.SetInt(99)
		case reflect.Uint32:
			field.SetUint(99)
		default: // RunDevice, RunDriver
			field.FieldByName("Name").SetString("other")
		}
		if got, err := ReadTuning(folder, other); got != nil || err != nil {
			t.Errorf("with another %s: %v, %v", fields.Type().Field(i).Name, got, err)
		}
	}

	other := key
	other.Processor = "another"
	if err := os.Rename(TuningPath(folder, key), TuningPath(folder, other)); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadTuning(folder, other); err == nil || !strings.Contains(err.Error(), "is for another device") {
		t.Errorf("another's file: %v", err)
	}
	if err := os.WriteFile(TuningPath(folder, key), []byte(`{"key":`), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadTuning(folder, key); err == nil || !strings.Contains(err.Error(), "`vkgan tune` makes it anew") {
		t.Errorf("half a file: %v", err)
	}
}

// The step's operations come first, and evaluations' too are there, each once.
func TestOperations(t *testing.T) {
	asPublished(t)
	dev := devicetest.Open(t, vk.Options{}).Rehearsal()
	data, err := NewDataset(dev, synthetic(300, 300, 28, 28, 10), 300)
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewInfoGAN(dev, InfoGANReference(), data, 1)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for i, o := range Operations(dev, m) {
		if _, twice := seen[o.String()]; twice {
			t.Errorf("%s is there twice", o)
		}
		seen[o.String()] = i
	}
	step, test := "product 200x1024x6272 NN splittable", "product 100x1024x6272 NN splittable"
	if _, found := seen[test]; !found || seen[step] >= seen[test] {
		t.Errorf("%v", seen)
	}
	for _, o := range []string{step, "convolution filter 200x14x14x64 to 7x7x128 kernel 5 stride 2 pad 1,1", "product 200x1x1024 NN bias", "product 19600x25x64 NT"} {
		if _, found := seen[o]; !found {
			t.Errorf("%s is not there: %v", o, seen)
		}
	}
}
