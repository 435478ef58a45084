package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"image/gif"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vkgan/gan"
)

// bestInfoGAN trains InfoGAN by recipe best, with noise that falls to 0 in its fifth step; 3 steps an epoch.
func bestInfoGAN(data, out string, more ...string) []string {
	return slices.Concat(models[0].command, []string{"--data", data, "--out", out, "--recipe", "best", "--q-head", "8",
		"--noise-input", "0.3", "--noise-steps", "5", "--ema-decay-d", "0.9", "--eval-every", "2", "--log-every", "2"}, more)
}

// Stopped and gone on with it is the run that was left alone; all of the recipe is in run.json; and every command knows what to
// do with its checkpoint.
func TestInfoGANBest(t *testing.T) {
	data, whole, cut := digits(t), t.TempDir(), t.TempDir()
	trained(t, bestInfoGAN(data, whole, "--max-steps", "6")...)
	trained(t, bestInfoGAN(data, cut, "--max-steps", "3")...)
	trained(t, "train", "infogan", "--out", cut, "--resume", "latest", "--max-steps", "6")
	got, want := filepath.Join(cut, infogan), filepath.Join(whole, infogan)
	sameTensors(t, "resumed", latest(t, got), latest(t, want))
	sameLogs(t, "resumed", got, want)

	recipe := gan.InfoGANBest()
	recipe.Labels, recipe.BatchSize, recipe.ZDim, recipe.QHead, recipe.NoiseInput, recipe.NoiseSteps, recipe.EMADecayD = 3, 20, 4, 8, 0.3, 5, 0.9
	text, err1 := json.Marshal(recipeOf(t, got))
	var saved gan.InfoGANRecipe
	if err := errors.Join(err1, json.Unmarshal(text, &saved)); err != nil || saved != recipe {
		t.Errorf("run.json has\n%+v, want\n%+v, %v", saved, recipe, err)
	}
	for name, shape := range map[string][]int{
		"G.linear1.weight": {512, 4 + 3 + 2}, "D.linear4.weight": {8, 1024}, "D.bn4.running_var": {8}, "D.code.weight": {3, 8}, "D.continuous.weight": {2, 8},
		"ema.D.linear4.weight": {8, 1024}, "ema.G.bn1.bias": {512},
	} {
		if tensor, found := latest(t, got).Tensor(name); !found || !slices.Equal(tensor.Shape, shape) {
			t.Errorf("%s is %d, want %d", name, tensor.Shape, shape)
		}
	}

	lines := logs(t, got)
	last := fields(t, lines[len(lines)-1])[0]
	for _, name := range []string{"loss_code", "loss_continuous", "real_entropy", "real_uncertainty", "warp_divergence", "mutual_information", "code_entropy"} {
		if v, ok := last[name].(float64); !ok || v < 0 {
			t.Errorf("%s is %v", name, last[name])
		}
	}
	code, stdout, stderr := vkgan("eval", got, "--bn", "batch", "--json")
	if e := fields(t, stdout)[0]["test_error"]; code != exitDone || e != last["test_error"] {
		t.Errorf("exit code %d, an evaluation says %v, training said %v; %s", code, e, last["test_error"], stderr)
	}
	for sweep, size := range map[string][2]int{"code": {10, 3}, "c1": {3, 10}, "c2": {3, 10}} {
		if picture := pictureSize(t, sampled(t, cut, "sweep.png", "1", "--sweep", sweep)); picture != gridOf(size[0], size[1]) {
			t.Errorf("a sweep of %s is %v", sweep, picture)
		}
	}
	if first, second := sampled(t, cut, "sweep.png", "1", "--sweep", "c1", "--cols", "4"), sampled(t, cut, "sweep.png", "1", "--sweep", "c2", "--cols", "4"); bytes.Equal(first, second) {
		t.Error("both continuous codes do the same")
	}
	film, err := gif.DecodeAll(bytes.NewReader(sampled(t, cut, "sweep.gif", "1", "--sweep", "c1", "--frames", "4")))
	if err != nil || len(film.Image) != 4 {
		t.Errorf("an animated sweep of %d frames, %v", len(film.Image), err)
	}
	sampled(t, cut, "averaged.png", "1", "--ema")
	for _, args := range [][]string{
		{"export", got, "--part", "generator", "--format", "onnx", "--out", filepath.Join(cut, "g.onnx")},
		{"export", got, "--format", "safetensors", "--out", filepath.Join(cut, "weights.safetensors")},
		{"import", filepath.Join(cut, "weights.safetensors"), "--model", "infogan", "--data", data, "--out", t.TempDir(), "--calibrate-on", "40", "--batch-size", "20"},
	} {
		if code, _, stderr := vkgan(args...); code != exitDone {
			t.Errorf("%q: exit code %d, %s", args, code, stderr)
		}
	}
	if code, _, stderr := vkgan("sample", "1", "--dir", cut, "--sweep", "c3", "--out", filepath.Join(cut, "c3.png")); code != exitFailed || !strings.Contains(stderr, "the model's continuous codes are c1 to c2") {
		t.Errorf("a third continuous code: exit code %d, %s", code, stderr)
	}
}

// A run and a checkpoint from before there were these settings are gone on with as the reference has them.
func TestResumeOfAnOlderInfoGAN(t *testing.T) {
	data, whole, old := digits(t), t.TempDir(), t.TempDir()
	begin := slices.Concat(models[0].command, []string{"--data", data, "--ema-decay", "0.9", "--eval-every", "2"})
	trained(t, slices.Concat(begin, []string{"--out", whole, "--max-steps", "4"})...)
	trained(t, slices.Concat(begin, []string{"--out", old, "--max-steps", "2"})...)
	dir := filepath.Join(old, infogan)
	path := filepath.Join(dir, "run.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var info map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&info); err != nil {
		t.Fatal(err)
	}
	recipe := info["recipe"].(map[string]any)
	for _, younger := range []string{"continuous", "weight_continuous", "weight_balance", "weight_certainty", "weight_warp", "warp_spread", "warp_shift", "q_head", "z_prior", "z_scale", "noise_input", "noise_steps", "d_first", "rate_g", "rate_q", "ema_decay_d", "ema_warm_up"} {
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
	code, _, stderr := vkgan("train", "infogan", "--out", old, "--resume", "latest", "--max-steps", "4", "--continuous", "2")
	if code != exitUsage || !strings.Contains(stderr, "--continuous is 2, but the run was begun with 0") {
		t.Errorf("a setting that the run is older than: exit code %d, %s", code, stderr)
	}
	trained(t, "train", "infogan", "--out", old, "--resume", "latest", "--max-steps", "4")
	sameTensors(t, "resumed", latest(t, dir), latest(t, filepath.Join(whole, infogan)))
}
