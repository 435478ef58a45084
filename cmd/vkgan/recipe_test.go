package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vkgan/gan"
)

// byReference adds the recipe that a few images are enough for to flags, unless they name a run, which has one.
func byReference(flags []string) []string {
	if slices.Contains(flags, "--resume") || slices.Contains(flags, "--config") {
		return flags
	}
	return append(flags, "--recipe", "reference")
}

// recipeOf is the recipe in a run's run.json.
func recipeOf(t *testing.T, dir string) map[string]any {
	t.Helper()
	info, err := gan.ReadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	return info.Recipe.(map[string]any)
}

// decaying trains SSGAN by recipe best, 3 steps an epoch.
func decaying(data, out string, more ...string) []string {
	return slices.Concat(models[1].command, []string{"--data", data, "--out", out, "--recipe", "best", "--init-images", "50", "--rate-decay", "0.5"}, more)
}

// A recipe by its name is its row, but for the flags that are given, and all of it is in run.json.
func TestRecipeByName(t *testing.T) {
	out := t.TempDir()
	trained(t, decaying(digits(t), out, "--max-steps", "2", "--d-first=false", "--ema-decay", "0")...)
	want := gan.SSGANBest()
	want.ClassLabels, want.BatchSize, want.ZDim, want.InitImages = 3, 20, 4, 50
	want.RateDecay, want.PlannedSteps, want.DFirst, want.EMADecay = 0.5, 2, false, 0
	text, err1 := json.Marshal(recipeOf(t, filepath.Join(out, models[1].folder)))
	var got gan.SSGANRecipe
	if err := errors.Join(err1, json.Unmarshal(text, &got)); err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("run.json has\n%+v, want\n%+v", got, want)
	}
}

// The rate falls by the plan that a run begins with: stopped and gone on with it is the run that was left alone, and another
// bound cannot lead beyond the plan.
func TestRateDecay(t *testing.T) {
	data, whole, cut := digits(t), t.TempDir(), t.TempDir()
	folder := models[1].folder
	trained(t, decaying(data, whole, "--max-steps", "6")...)
	trained(t, decaying(data, cut, "--max-steps", "2", "--planned-steps", "6")...)
	trained(t, "train", "ssgan", "--out", cut, "--resume", "latest", "--max-time", "1h")
	want, got := filepath.Join(whole, folder), filepath.Join(cut, folder)
	sameTensors(t, "resumed", latest(t, got), latest(t, want))
	for name, shape := range map[string][]int{"G.bn1.weight": {500}, "ema.G.linear3.scale": {64}, "D.linear1.scale": {1000}} {
		if tensor, found := latest(t, got).Tensor(name); !found || !slices.Equal(tensor.Shape, shape) {
			t.Errorf("%s is %d, want %d", name, tensor.Shape, shape)
		}
	}
	if _, found := latest(t, got).Tensor("adam.m.G.bn1.weight"); found {
		t.Error("a scale that is not trained has moments")
	}
	for _, dir := range []string{want, got} {
		if recipe := recipeOf(t, dir); recipe["planned_steps"] != json.Number("6") || recipe["rate_decay"] != json.Number("0.5") ||
			recipe["eps_inside"] != true || recipe["z_prior"] != "uniform" {
			t.Errorf("run.json says %v", recipe)
		}
	}
	code, _, stderr := vkgan("train", "ssgan", "--out", cut, "--resume", "latest", "--max-steps", "7")
	if code != exitUsage || !strings.Contains(stderr, "the plan of the rate's decay ends with step 6") {
		t.Errorf("beyond its plan: exit code %d, %s", code, stderr)
	}

	again := t.TempDir() // a new run like it has a plan of its own
	trained(t, "train", "ssgan", "--out", again, "--config", want, "--max-steps", "4")
	if recipe := recipeOf(t, filepath.Join(again, folder)); recipe["planned_steps"] != json.Number("4") {
		t.Errorf("with another bound the plan is %v", recipe["planned_steps"])
	}
	code, _, stderr = vkgan(decaying(data, again, "--epochs", "0", "--max-time", "1h")...)
	if code != exitUsage || !strings.Contains(stderr, "--rate-decay counts on an end that is planned in steps") {
		t.Errorf("with no end: exit code %d, %s", code, stderr)
	}
	code, stdout, stderr := vkgan(decaying(data, again, "--max-steps", "10", "--max-time", "1h", "--dry-run")...)
	if code != exitDone || !strings.Contains(stdout, "from step 5 on falling linearly to 0 at step 10") || !strings.Contains(stderr, "--max-time may end the run before") {
		t.Errorf("exit code %d, %s%s", code, stdout, stderr)
	}
}

// A run from before there was a setting is gone on with as the reference has it.
func TestResumeOfAnOlderRun(t *testing.T) {
	data, whole, old := digits(t), t.TempDir(), t.TempDir()
	begin := slices.Concat(models[1].command, []string{"--data", data, "--eval-every", "2"})
	trained(t, slices.Concat(begin, []string{"--out", whole, "--max-steps", "6"})...)
	trained(t, slices.Concat(begin, []string{"--out", old, "--max-steps", "3"})...)
	dir := filepath.Join(old, models[1].folder)
	path := filepath.Join(dir, "run.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var info map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&info); err != nil {
		t.Fatal(err)
	}
	recipe := info["recipe"].(map[string]any)
	for _, younger := range []string{"eps_inside", "rate_decay", "planned_steps", "z_prior", "d_first", "g_shift_only", "g_output_norm", "init_sigma", "warp_labelled"} {
		if _, found := recipe[younger]; !found {
			t.Errorf("run.json has no %s", younger)
		}
		delete(recipe, younger)
	}
	if text, err = json.Marshal(info); err == nil {
		err = os.WriteFile(path, text, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	code, _, stderr := vkgan("train", "ssgan", "--out", old, "--resume", "latest", "--max-steps", "6", "--eps-inside")
	if code != exitUsage || !strings.Contains(stderr, "--eps-inside is true, but the run was begun with false") {
		t.Errorf("a setting that the run is older than: exit code %d, %s", code, stderr)
	}
	trained(t, "train", "ssgan", "--out", old, "--resume", "latest", "--max-steps", "6")
	sameTensors(t, "resumed", latest(t, dir), latest(t, filepath.Join(whole, models[1].folder)))
}

func TestRecipeErrors(t *testing.T) {
	out := t.TempDir()
	trained(t, slices.Concat(models[1].command, []string{"--data", digits(t), "--out", out, "--max-steps", "1"})...)
	for _, c := range []struct {
		says string
		args []string
	}{
		{`--recipe is "beste": want reference or best`, []string{"--recipe", "beste"}},
		{"--resume goes on under the recipe that it began with", []string{"--recipe", "reference", "--resume", "latest"}},
		{"--config has a recipe of its own", []string{"--recipe", "reference", "--config", filepath.Join(out, models[1].folder)}},
		{`z-prior is "normal": want sphere, uniform or symmetric`, []string{"--z-prior", "normal"}},
		{"rate-decay is 1.5", []string{"--rate-decay", "1.5"}},
		{"--planned-steps is what --rate-decay counts on", []string{"--planned-steps", "5", "--rate-decay", "0"}},
		{"planned-steps is -1", []string{"--planned-steps", "-1", "--rate-decay", "0.5"}},
	} {
		for _, command := range [][]string{{"train", "ssgan"}, {"sweep", "train", "ssgan", "--seeds", "1"}} {
			if command[0] == "sweep" && slices.Contains(c.args, "--resume") {
				continue
			}
			code, _, stderr := vkgan(slices.Concat(command, []string{"--out", out}, c.args)...)
			if line, _, _ := strings.Cut(stderr, "\n"); code != exitUsage || !strings.Contains(line, c.says) {
				t.Errorf("%v %v: exit code %d, %s", command, c.args, code, stderr)
			}
		}
	}
	if _, stdout, _ := vkgan("__complete", "train", "ssgan", "--recipe", ""); !strings.Contains(stdout, "reference\nbest\n") {
		t.Errorf("completion of --recipe: %s", stdout)
	}
}
