package sidecar

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// As a child of TestReexec this program does what main does: Reexec, and then says where it is.
func TestMain(m *testing.M) {
	if os.Getenv("SIDECAR_TEST_CHILD") == "" {
		os.Exit(m.Run())
	}
	Reexec()
	fmt.Println(os.Getenv("MARK"), os.Args[1:])
}

// folder makes a driver's folder whose `run` leaves a mark and starts the program as the true one does.
func folder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "vkgan", "lavapipe")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\nexport MARK=\"${MARK}moved\" VKGAN_SIDE=$$ VKGAN_RUN=\"$0\"\nexec \"$@\"\n"
	for name, text := range map[string]string{"run": script, "stamp": "tested"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestMove(t *testing.T) {
	const pid = 4711
	dir := folder(t)
	own := filepath.Join(dir, "lvp.json")
	cases := []struct {
		name, side, files, icd, folder string
		gpu, want                      bool
	}{
		{name: "no GPU", folder: dir, want: true},
		{name: "a GPU wins", folder: dir, gpu: true},
		{name: "already there", side: strconv.Itoa(pid), files: own, folder: dir},
		{name: "child of a moved one", side: "4000", files: own, icd: own, folder: dir, want: true},
		{name: "child of a moved one, GPU present", side: "4000", files: own, folder: dir, gpu: true, want: true},
		{name: "forbidden", side: "0", folder: dir},
		{name: "the user chose a driver", files: "/etc/other.json", folder: dir},
		{name: "by the older variable", icd: "/etc/other.json", folder: dir},
		{name: "no folder", folder: filepath.Join(dir, "absent")},
		{name: "no cache", folder: ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := situation{side: c.side, pid: pid, drivers: []string{c.files, c.icd}, folder: c.folder, gpu: func() bool { return c.gpu }}
			if got := s.move(); got != c.want {
				t.Errorf("move: %v, want %v", got, c.want)
			}
		})
	}
}

// A folder that failed its self-test, or was left half made, has no stamp and is not used.
func TestUnstamped(t *testing.T) {
	dir := folder(t)
	if err := os.Remove(filepath.Join(dir, "stamp")); err != nil {
		t.Fatal(err)
	}
	s := situation{pid: 1, folder: dir, gpu: func() bool { return false }}
	if s.move() {
		t.Error("moved to a folder without a stamp")
	}
}

func TestReexec(t *testing.T) {
	dir := folder(t)
	own := "VK_DRIVER_FILES=" + filepath.Join(dir, "lvp.json") // moves whether or not this machine has a GPU
	run := runVariable + "=" + filepath.Join(dir, "run")
	child := func(env ...string) string {
		cmd := exec.Command(os.Args[0], "a b", "c")
		cmd.Env = append(os.Environ(), "SIDECAR_TEST_CHILD=1", "MARK=")
		cmd.Env = append(cmd.Env, env...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return strings.TrimSpace(string(out))
	}
	// Without the variables that the suite's own `run` may have set.
	t.Setenv(sideVariable, "")
	t.Setenv("VK_ICD_FILENAMES", "")
	if got := child(own, run); got != "moved [a b c]" {
		t.Errorf("moved once: %q", got)
	}
	if got := child(own, run, sideVariable+"=0"); got != "[a b c]" {
		t.Errorf("forbidden: %q", got)
	}
	// A `run` that cannot be started leaves the program where it is, and says so.
	if err := os.Chmod(filepath.Join(dir, "run"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := child(own, run); !strings.Contains(got, "permission denied") || !strings.HasSuffix(got, "[a b c]") {
		t.Errorf("unusable run: %q", got)
	}
}

// A child of a moved process goes through `run` again; of any other it is the same file.
func TestCommand(t *testing.T) {
	t.Setenv(runVariable, "/side/run")
	t.Setenv(sideVariable, strconv.Itoa(os.Getpid()))
	if got := Command("x").Args; !slices.Equal(got, []string{"/side/run", os.Args[0], "x"}) {
		t.Errorf("moved: %q", got)
	}
	t.Setenv(sideVariable, strconv.Itoa(os.Getpid()+1))
	if got := Command("x").Args; !slices.Equal(got, []string{"/proc/self/exe", "x"}) {
		t.Errorf("not moved: %q", got)
	}
}

func TestSlow(t *testing.T) {
	for info, slow := range map[string]bool{
		"Mesa 22.3.6 (LLVM 15.0.6)": true, "Mesa 25.0.7-2 (LLVM 19)": true, "Mesa 26.2.6-1 (LLVM 22.1.8)": false, "": false,
	} {
		if got := Slow("llvmpipe", info); (got != "") != slow {
			t.Errorf("%q: %q", info, got)
		}
	}
	if got := Slow("NVIDIA", "570.86.15"); got != "" {
		t.Errorf("NVIDIA: %q", got)
	}
}
