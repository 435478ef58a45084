package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vkgan/internal/safetensors"
)

// What is exported is imported, measured the same, and trained on; no file is written where usage is wrong or nothing can be
// written.
func TestExportAndImport(t *testing.T) {
	out, data := t.TempDir(), digits(t)
	other := map[string]string{"infogan": "ssgan", "ssgan": "infogan"}
	file := func(name string) string { return filepath.Join(t.TempDir(), name) }
	for _, c := range []struct {
		model, first, second string
		args                 []string
	}{
		{"infogan", infogan, "00002-infogan-l3", small(t, out)},
		{"ssgan", "00003-ssgan-n2", "00004-ssgan-n2", smallSSGAN(t, out)},
	} {
		trained(t, append(c.args, "--max-steps", "3", "--data", data, "--z-prior", "symmetric")...)
		weights := file("weights.safetensors")
		ok := func(says string, args ...string) string {
			t.Helper()
			code, stdout, stderr := vkgan(args...)
			if code != exitDone || stderr != "" || !strings.Contains(stdout, says) {
				t.Fatalf("%q: exit code %d, stderr %s, stdout %s", args, code, stderr, stdout)
			}
			return stdout
		}
		ok("wrote "+weights+": "+c.model+"'s both networks at step 3\n", "export", "latest", "--dir", out, "--out", weights)
		for _, part := range []string{"generator", "discriminator"} {
			onnx, one := file("model.onnx"), file("weights")
			ok(c.model+"'s "+part, "export", filepath.Join(out, c.first), "--part", part, "--out", onnx)
			ok(c.model+"'s "+part, "export", filepath.Join(out, c.first, "checkpoints", "latest"), "--part", part, "--format", "safetensors", "--out", one)
			if text, err := os.ReadFile(onnx); err != nil || !bytes.Contains(text, []byte(c.model+"_"+part)) {
				t.Errorf("%s: %v", onnx, err)
			}
			if f, err := safetensors.Read(one); err != nil || f.Metadata["part"] != part {
				t.Errorf("%s: %v", one, err)
			}
		}

		run := filepath.Join(out, c.second)
		if code, _, stderr := vkgan("import", weights, "--model", other[c.model], "--data", data, "--out", out); code != exitUsage ||
			!strings.Contains(stderr, "--model is "+other[c.model]+", but "+weights+" has the weights of "+c.model) {
			t.Errorf("another model: exit code %d, %s", code, stderr)
		}
		ok("vkgan train "+c.model+" --resume "+run+"\n", "import", weights, "--model", c.model, "--data", data, "--out", out, "--calibrate-on", "40")
		if was, is := recipeOf(t, filepath.Join(out, c.first)), recipeOf(t, run); !maps.Equal(was, is) {
			t.Errorf("the recipe was %v and is %v", was, is)
		}
		first, second := evaluated(t, filepath.Join(out, c.first)), evaluated(t, run)
		if second["step"] != 0.0 || second["test_error"] != first["test_error"] {
			t.Errorf("imported at step %v with test error %v, it was %v", second["step"], second["test_error"], first["test_error"])
		}
		if _, err := os.Stat(filepath.Join(run, "samples", "000000.png")); err != nil {
			t.Error(err)
		}
		checkpoints := filepath.Join(run, "checkpoints")
		if err := os.Rename(checkpoints, checkpoints+"-lost"); err != nil {
			t.Fatal(err)
		}
		code, _, stderr := vkgan("train", c.model, "--resume", run, "--max-steps", "2", "--out", out)
		if code != exitFailed || !strings.Contains(stderr, run+" has lost the weights that it was begun with: import them again") {
			t.Errorf("without its checkpoint: exit code %d, %s", code, stderr)
		}
		if err := os.Rename(checkpoints+"-lost", checkpoints); err != nil {
			t.Fatal(err)
		}
		trained(t, "train", c.model, "--resume", run, "--max-steps", "2", "--out", out)
		if line := lastLine(t, run); line["step"] != 2.0 {
			t.Errorf("trained on, it ends with %v", line)
		}
	}
}

func TestExportErrors(t *testing.T) {
	out, dir := t.TempDir(), t.TempDir()
	trained(t, append(small(t, out), "--max-steps", "1")...)
	checkpoint := filepath.Join(out, infogan, "checkpoints", "000001.safetensors")
	here := filepath.Join(dir, "model.onnx")
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"--out " + here, exitUsage, "wants one run"},
		{"1", exitUsage, "--out is missing: name the file"},
		{"1 --out " + here, exitUsage, "an ONNX file is one network's: give --part generator or --part discriminator"},
		{"1 --out " + here + " --part posterior", exitUsage, `--part is "posterior": want generator or discriminator`},
		{"1 --out " + here + " --format tflite", exitUsage, `--format is "tflite": want safetensors or onnx`},
		{"1 --out " + filepath.Join(dir, "model"), exitUsage, "tells no format: give --format safetensors or --format onnx"},
		{checkpoint + " --out " + checkpoint, exitUsage, "--out is the checkpoint itself"},
		{"7 --out " + here + " --part generator", exitFailed, "there is no run 7"},
		{filepath.Join(out, infogan, "run.json") + " --out " + here + " --part generator", exitFailed, "run.json"},
		{"1 --format onnx --part generator --out " + dir, exitFailed, "cannot write " + dir + ": file exists: it is a folder"},
		{"1 --part generator --out " + filepath.Join(checkpoint, "model.onnx"), exitFailed, "a part of the path is a file"},
	} {
		code, stdout, stderr := vkgan(append([]string{"export", "--dir", out}, strings.Fields(c.args)...)...)
		line, rest, _ := strings.Cut(stderr, "\n")
		if code != c.code || stdout != "" || !strings.Contains(line, c.want) || c.code == exitFailed && rest != "" {
			t.Errorf("export %s: exit code %d, want %d, and one line with %q:\n%s", c.args, code, c.code, c.want, stderr)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

func TestImportErrors(t *testing.T) {
	out, data := t.TempDir(), digits(t)
	trained(t, append(small(t, out), "--max-steps", "1", "--data", data)...)
	weights := filepath.Join(t.TempDir(), "weights.safetensors")
	if code, _, stderr := vkgan("export", "1", "--dir", out, "--out", weights); code != exitDone {
		t.Fatal(stderr)
	}
	checkpoint := filepath.Join(out, infogan, "checkpoints", "000001.safetensors")
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"--model infogan", exitUsage, "wants one file of weights"},
		{weights, exitUsage, "--model is missing: say of which model the weights are, infogan or ssgan"},
		{weights + " --model vae", exitUsage, `--model is "vae": want infogan or ssgan`},
		{weights + " --model infogan --class-labels 2", exitUsage, "--class-labels is no part of infogan's recipe"},
		{weights + " --model infogan --rate fast", exitUsage, `--rate is "fast": want a number`},
		{weights + " --model infogan --batch-size 9999", exitUsage, "batch-size is 9999"},
		{weights + " --model infogan --flatten nchw", exitUsage, `--flatten is "nchw": want hwc or chw`},
		{weights + " --model infogan --calibrate-on 0", exitUsage, "--calibrate-on is 0: want 1 or more"},
		{checkpoint + " --model infogan", exitFailed, "is a checkpoint of vkgan: `vkgan train … --resume` goes on with it"},
		{weights + ".gone --model infogan", exitFailed, "no such file"},
		{weights + " --model infogan --batch-size 20 --labels 4", exitFailed, "D.code.weight F32[3 1024] instead of F32[4 1024]"},
		{weights + " --model ssgan --batch-size 20 --class-labels 2", exitUsage, "has the weights of infogan"},
	} {
		args := append([]string{"import", "--data", data, "--out", filepath.Join(out, "imports")}, strings.Fields(c.args)...)
		code, stdout, stderr := vkgan(args...)
		line, rest, _ := strings.Cut(stderr, "\n")
		if code != c.code || stdout != "" || !strings.Contains(line, c.want) || c.code == exitFailed && rest != "" {
			t.Errorf("import %s: exit code %d, want %d, and one line with %q:\n%s", c.args, code, c.code, c.want, stderr)
		}
	}
	if _, err := os.Stat(filepath.Join(out, "imports")); err == nil {
		t.Error("an import that failed left a run")
	}
}
