package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vkgan/gan"
)

// A run that holds images out tells validation errors wherever another tells test errors, also when it is gone on with or
// repeated.
func TestValidate(t *testing.T) {
	out, repeated := t.TempDir(), t.TempDir()
	code, stdout, stderr := vkgan(small(t, out, "--validate", "--max-steps", "3", "--log-every", "1")...)
	if code != exitDone || !strings.Contains(stdout, ": 48 training and 12 validation images of 8×8") ||
		!strings.Contains(stdout, "\nvalidation error  ") || strings.Contains(stdout, "test error") {
		t.Errorf("exit code %d, stderr %s, stdout %s", code, stderr, stdout)
	}
	dir := filepath.Join(out, infogan)
	trained(t, "train", "infogan", "--resume", dir, "--max-steps", "4")
	trained(t, "train", "infogan", "--config", dir, "--out", repeated)
	sameLogs(t, "repeated", filepath.Join(repeated, infogan), dir)
	text := strings.Join(logs(t, dir), "\n")
	last := lastLine(t, dir)
	if strings.Contains(text, "test_error") || last["validation_error"] == nil || last["validation_error_hungarian"] == nil || last["nmi"] == nil {
		t.Errorf("metrics.jsonl:\n%s", text)
	}
	info, err := gan.ReadRun(dir)
	if err != nil || info.Data.Train != 48 || info.Data.Validation != 12 || info.Data.Test != 0 || info.Options.(map[string]any)["validate"] != true {
		t.Errorf("run.json: %+v, %v", info, err)
	}
	if _, table, _ := vkgan("runs", out); strings.Count(table, "  validation  ") != 1 {
		t.Errorf("vkgan runs:\n%s", table)
	}

	held := evaluated(t, dir, "--validate", "--bn", "batch")
	for _, field := range []string{"validation_error", "validation_error_hungarian", "nmi"} {
		if held[field] == nil || held[field] != last[field] {
			t.Errorf("%s is %v, and was %v at the end of training", field, held[field], last[field])
		}
	}
	test := evaluated(t, dir)
	if images := byClass(held["confusion"]); !slices.Equal(images, []float64{4, 4, 4}) || held["test_error"] != nil {
		t.Errorf("held out: %v", held)
	}
	if images := byClass(test["confusion"]); !slices.Equal(images, []float64{9, 8, 8}) || test["test_error"] == nil || test["validation_error"] != nil {
		t.Errorf("the test set: %v", test)
	}
}

// What a run is measured on does not change within it.
func TestValidateOrNot(t *testing.T) {
	out := t.TempDir()
	trained(t, smallSSGAN(t, out, "--max-steps", "2", "--validate", "--data-seed", "18446744073709551615")...)
	trained(t, smallSSGAN(t, out, "--max-steps", "2")...)
	before := filepath.Join(out, "00002-ssgan-n2", "run.json")
	text, err := os.ReadFile(before)
	if err != nil {
		t.Fatal(err)
	}
	old := strings.Replace(string(text), `"validate": false,`, "", 1) // as of a vkgan that had no such flag
	if old == string(text) {
		t.Fatalf("run.json: %s", text)
	}
	if err := os.WriteFile(before, []byte(old), 0o666); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"train ssgan --resume 1 --validate=false": "--validate is false, but the run was begun with true",
		"train ssgan --resume 2 --validate":       "--validate is true, but the run was begun with false",
		"eval 2 --validate":                       "was trained without --validate: no images were held out for it",
	} {
		where := " --out "
		if strings.HasPrefix(args, "eval") {
			where = " --dir "
		}
		if code, _, stderr := vkgan(strings.Fields(args + where + out)...); code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d, want %q: %s", args, code, want, stderr)
		}
	}
	for number, field := range map[string]string{"1": "validation_error", "2": "test_error"} {
		trained(t, "train", "ssgan", "--out", out, "--resume", number, "--max-steps", "3")
		if last := lastLine(t, filepath.Join(out, "0000"+number+"-ssgan-n2")); last["step"] != 3.0 || last[field] == nil {
			t.Errorf("run %s: %v", number, last)
		}
	}
	trained(t, "train", "ssgan", "--out", out, "--config", filepath.Join(out, ssgan), "--validate=false")
	if last := lastLine(t, filepath.Join(out, "00003-ssgan-n2")); last["test_error"] == nil || last["validation_error"] != nil {
		t.Errorf("with another choice than its --config: %v", last)
	}
}
