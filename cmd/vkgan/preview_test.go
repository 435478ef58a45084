package main

import (
	"bytes"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vkgan/internal/safetensors"
	"vkgan/internal/xvfb"
	"vkgan/vk/sidecar"
)

// startDisplay starts a display for the test.
func startDisplay(t *testing.T) *xvfb.Display {
	t.Helper()
	d, err := xvfb.Start(image.Pt(1280, 800))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Stop)
	return d
}

// onDisplay is a command line to run as a program of its own on a display, "" for none.
func onDisplay(t *testing.T, display string, args ...string) (c *exec.Cmd, stdout, stderr *bytes.Buffer) {
	c = sidecar.Command(args...)
	if c.Args[0] == "/proc/self/exe" {
		c = exec.CommandContext(t.Context(), os.Args[0], args...)
	}
	c.Env = append(os.Environ(), helper+"=plain", "DISPLAY="+display)
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	c.Stdout, c.Stderr = stdout, stderr
	return c, stdout, stderr
}

// tensors are the contents of the latest checkpoint of the only run in a folder.
func tensors(t *testing.T, out string) map[string][]byte {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(out, "*", "checkpoints", "latest"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	file, err := safetensors.Read(found[0])
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, x := range file.Tensors {
		all[x.Name] = x.Data
	}
	return all
}

// A run in a window, with a person at its keys, leaves the same bytes as one without; so does one without a display, which
// says so. Then the explorer opens on what it left.
func TestPreview(t *testing.T) {
	display := startDisplay(t)
	flags := func(out string, more ...string) []string {
		return append([]string{"train", "ssgan", "--data", digits(t), "--batch-size", "20", "--class-labels", "2", "--max-steps", "30", "--deterministic",
			"--eval-every", "10", "--calibrate-on", "40", "--out", out}, more...)
	}
	plain, watched, blind := t.TempDir(), t.TempDir(), ""
	without, _, stderr := onDisplay(t, "", flags(plain)...)
	if err := without.Run(); err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	want := tensors(t, plain)

	var out *bytes.Buffer
	for _, absent := range []struct{ display, why string }{{"", "DISPLAY is not set"}, {":9999", "DISPLAY=:9999 cannot be opened, or there is no Vulkan"}} {
		var run *exec.Cmd
		blind = t.TempDir()
		run, out, stderr = onDisplay(t, absent.display, flags(blind, "--preview")...)
		want := "vkgan: no window: there is no display: " + absent.why + "; training goes on without\n"
		if err := run.Run(); err != nil || stderr.String() != want {
			t.Errorf("without a display: %v, %s", err, stderr)
		}
	}
	if !strings.Contains(out.String(), "trained 30 steps") {
		t.Errorf("without a display: %s", out)
	}

	with, out, stderr := onDisplay(t, display.Name, flags(watched, "--preview")...)
	if err := with.Start(); err != nil {
		t.Fatal(err)
	}
	id, err := display.Window("SSGAN.* – step", time.Minute)
	if err == nil {
		_, err = display.Do("key", "space", "e", "Right", "Down", "Right", "s", "h", "h", "space")
	}
	if err != nil {
		t.Error(err)
	}
	if err := with.Wait(); err != nil {
		t.Fatalf("%v: %s (window %s)", err, stderr, id)
	}
	if !strings.Contains(out.String(), "picture     ") || !strings.Contains(out.String(), "trained 30 steps") {
		t.Errorf("in a window: %s", out)
	}
	if pictures, _ := filepath.Glob(filepath.Join(watched, "*", "preview", "*.png")); len(pictures) != 1 {
		t.Errorf("pictures: %v", pictures)
	}
	for name, run := range map[string]map[string][]byte{"in a window": tensors(t, watched), "without a display": tensors(t, blind)} {
		if len(run) != len(want) {
			t.Errorf("%s: %d tensors, want %d", name, len(run), len(want))
		}
		for tensor, data := range want {
			if !bytes.Equal(run[tensor], data) {
				t.Errorf("%s: %s differs", name, tensor)
			}
		}
	}

	run := filepath.Join(watched, "00001-ssgan-n2")
	view, out, stderr := onDisplay(t, display.Name, "view", run)
	if err := view.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := display.Window("SSGAN – step 30", time.Minute); err != nil {
		t.Errorf("view: %v", err)
	}
	if _, err := display.Do("key", "Right", "s", "q"); err != nil {
		t.Error(err)
	}
	if err := view.Wait(); err != nil {
		t.Errorf("view: %v, %s", err, stderr)
	}
	if _, err := os.Stat(filepath.Join(run, "preview", "explorer-000030.png")); err != nil {
		t.Errorf("%v; %s", err, out)
	}
	lost, _, stderr := onDisplay(t, "", "view", run)
	if err := lost.Run(); err == nil || !strings.Contains(stderr.String(), "vkgan: no window: there is no display") {
		t.Errorf("view without a display: %v, %s", err, stderr)
	}
}

// The headless program has nothing of a window.
func TestHeadlessHasNoWindow(t *testing.T) {
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", "nowindow", ".")
	deps, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(deps), "glfw") {
		t.Error("the headless program depends on GLFW")
	}
	of, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.ImportPath}} {{.Imports}}", "vkgan/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(of)) {
		name, imports, _ := strings.Cut(line, " ")
		if strings.Contains(imports, "/glfw") != (name == "vkgan/internal/preview") {
			t.Errorf("%s and GLFW: internal/preview alone imports it", name)
		}
	}
}
