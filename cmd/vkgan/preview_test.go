package main

import (
	"bufio"
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
		return append([]string{"train", "ssgan", "--recipe", "reference", "--data", digits(t), "--batch-size", "20", "--class-labels", "2", "--max-steps", "30", "--deterministic",
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
	view, _, stderr = onDisplay(t, display.Name, "view", run)
	if err := view.Start(); err != nil {
		t.Fatal(err)
	}
	if id, err = display.Window("SSGAN – step 30", time.Minute); err == nil {
		_, err = display.Do("windowclose", id)
	}
	if err != nil {
		t.Error(err)
	}
	if view.Wait(); view.ProcessState.ExitCode() != 1 || stderr.String() != "vkgan: the window: the display took it away\n" {
		t.Errorf("view, its window destroyed: exit code %d, %s", view.ProcessState.ExitCode(), stderr)
	}
	lost, _, stderr := onDisplay(t, "", "view", run)
	if err := lost.Run(); err == nil || !strings.Contains(stderr.String(), "vkgan: no window: there is no display") {
		t.Errorf("view without a display: %v, %s", err, stderr)
	}
}

// longRun is a training run in a window that lasts until it is stopped.
type longRun struct {
	*testing.T
	c      *exec.Cmd
	lines  *bufio.Scanner // of stdout
	stderr *bytes.Buffer
}

// trainInWindow begins a run on a display, and waits for its window.
func trainInWindow(t *testing.T, d *xvfb.Display, out string) (r *longRun, window string) {
	t.Helper()
	c, _, stderr := onDisplay(t, d.Name, "train", "ssgan", "--recipe", "reference", "--data", digits(t), "--batch-size", "20", "--class-labels", "2", "--deterministic",
		"--calibrate-on", "40", "--out", out, "--preview")
	c.Stdout = nil
	stdout, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill() })
	if window, err = d.Window("SSGAN.* – step", time.Minute); err != nil {
		t.Fatal(err, stderr)
	}
	return &longRun{t, c, bufio.NewScanner(stdout), stderr}, window
}

// says waits for a line.
func (r *longRun) says(part string) {
	r.Helper()
	for r.lines.Scan() {
		if strings.Contains(r.lines.Text(), part) {
			return
		}
	}
	r.c.Wait()
	r.Fatalf("the run has ended without %q: %s", part, r.stderr)
}

// stops ends the run, which must do so in good order.
func (r *longRun) stops() {
	r.Helper()
	r.c.Process.Signal(os.Interrupt)
	r.says("stopped after")
	for r.lines.Scan() {
	}
	r.c.Wait()
	if code := r.c.ProcessState.ExitCode(); code != 130 || !strings.HasPrefix(strings.TrimSpace(r.stderr.String()), "stopping after") || strings.Count(r.stderr.String(), "\n") > 2 {
		r.Errorf("exit code %d: %s", code, r.stderr)
	}
}

// A run outlives its window, whether that is destroyed, its connection is cut, or the display ends.
func TestRunOutlivesItsWindow(t *testing.T) {
	for _, end := range []struct {
		name string
		of   func(d *xvfb.Display, window string) error
	}{
		{"window", func(d *xvfb.Display, window string) error { _, err := d.Do("windowclose", window); return err }},
		{"connection", func(d *xvfb.Display, window string) error { _, err := d.Do("windowkill", window); return err }},
		{"display", func(d *xvfb.Display, _ string) error { d.Stop(); return nil }},
	} {
		t.Run(end.name, func(t *testing.T) {
			d := startDisplay(t)
			r, window := trainInWindow(t, d, t.TempDir())
			if err := end.of(d, window); err != nil {
				t.Fatal(err)
			}
			r.says("training goes on without the window: ")
			r.stops()
		})
	}
}

// Where a display has two pixels for a nominal one, the window and what is drawn in it have twice the size.
func TestWindowOnFinePixels(t *testing.T) {
	d, out := startDisplay(t), t.TempDir()
	if err := d.SetScale(2); err != nil {
		t.Fatal(err)
	}
	r, _ := trainInWindow(t, d, out)
	if _, err := d.Do("key", "s"); err != nil {
		t.Fatal(err)
	}
	r.says("picture     ")
	r.stops()
	found, _ := filepath.Glob(filepath.Join(out, "*", "preview", "*.png"))
	if len(found) != 1 {
		t.Fatal(found)
	}
	data, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	if size := pictureSize(t, data); size != windowSize.Mul(2) {
		t.Errorf("the picture has %v, want %v", size, windowSize.Mul(2))
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
