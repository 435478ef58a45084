// Package sidecar moves the program onto the fast CPU driver that `make setup` unpacked beside the
// system, where there is no GPU: nobody types loader paths.
//
// # Basics
//
// Main calls Reexec first of all. Where the driver is wanted, the process replaces itself (same
// process id, arguments and terminal) through the folder's `run` script, which starts it on that
// folder's own loader and libc.
//
// # Caveats
//
// In the re-executed process /proc/self/exe, and so os.Executable, is the loader. A child process
// that is to run on the same driver is started as Command does it.
package sidecar

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"

	"vkgan/vk"
)

// What the `run` script of a driver's folder puts into the environment.
const (
	// sideVariable is the id of the process that the script became; a person sets it to "0" to stay
	// on the system's drivers.
	sideVariable = "VKGAN_SIDE"
	// runVariable is the script's own path.
	runVariable = "VKGAN_RUN"
)

// Folder is where the fast CPU driver is: the one in use, else where `make setup` puts it, else ""
// (a user without a cache folder).
func Folder() string {
	if run := os.Getenv(runVariable); run != "" {
		return filepath.Dir(run)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "vkgan", "lavapipe")
}

// moved tells whether this process, not only its parent, came through a `run` script.
func moved(side string, pid int) bool { return side == strconv.Itoa(pid) }

// Reexec replaces the process by itself on the fast CPU driver, unless there is a GPU, the user chose
// a driver, the driver is not there, or this is already the re-executed process. Where it returns, the
// program goes on with the system's drivers.
func Reexec() {
	s := situation{
		side:    os.Getenv(sideVariable),
		pid:     os.Getpid(),
		drivers: []string{os.Getenv("VK_DRIVER_FILES"), os.Getenv("VK_ICD_FILENAMES")},
		folder:  Folder(),
		gpu:     hasGPU,
	}
	if !s.move() {
		return
	}
	exe, err := os.Executable()
	if err != nil {
		return
	}
	run := filepath.Join(s.folder, "run")
	err = syscall.Exec(run, append([]string{run, exe}, os.Args[1:]...), os.Environ())
	fmt.Fprintf(os.Stderr, "vkgan: cannot start on the fast CPU driver (%s: %v); going on with the system's\n", run, err)
}

// situation is all that the decision depends on.
type situation struct {
	side    string   // VKGAN_SIDE
	pid     int      // this process
	drivers []string // VK_DRIVER_FILES and its older name
	folder  string
	gpu     func() bool // asked last, because asking is slow
}

func (s situation) move() bool {
	if s.side == "0" || moved(s.side, s.pid) {
		return false
	}
	own := filepath.Join(s.folder, "lvp.json")
	inherited := false
	for _, d := range s.drivers {
		if d != "" && d != own {
			return false // somebody chose a driver, and not by inheriting it from a moved parent
		}
		inherited = inherited || d == own
	}
	// The stamp is written once the folder passed its self-test.
	if _, err := os.Stat(filepath.Join(s.folder, "stamp")); s.folder == "" || err != nil {
		return false
	}
	return inherited || !s.gpu()
}

// hasGPU asks Vulkan, but only where some GPU's device node exists: without one no driver can find a
// GPU, and loading them all takes a while.
func hasGPU() bool {
	nodes := 0
	for _, pattern := range []string{"/dev/dri/*", "/dev/nvidia[0-9]*", "/dev/dxg"} {
		found, _ := filepath.Glob(pattern) // the patterns are well-formed
		nodes += len(found)
	}
	if nodes == 0 {
		return false
	}
	devices, err := vk.Devices()
	if err != nil {
		return false
	}
	for _, d := range devices {
		if d.Type != vk.CPU && len(d.Missing) == 0 {
			return true
		}
	}
	return false
}

// Command is exec.Command for a child that runs this same program on the driver that it runs on now.
func Command(args ...string) *exec.Cmd {
	if run := os.Getenv(runVariable); run != "" && moved(os.Getenv(sideVariable), os.Getpid()) {
		return exec.Command(run, append([]string{os.Args[0]}, args...)...)
	}
	return exec.Command("/proc/self/exe", args...)
}

var mesa = regexp.MustCompile(`Mesa (\d+)\.[\d.]*`)

// Slow gives the line to show a user whose device is an old CPU driver, "" for every other device.
// The driver's name and information are vk.DeviceInfo's.
func Slow(driver, info string) string {
	if driver != "llvmpipe" {
		return ""
	}
	m := mesa.FindStringSubmatch(info)
	if m == nil {
		return ""
	}
	if major, _ := strconv.Atoi(m[1]); major >= 26 {
		return ""
	}
	return fmt.Sprintf("this CPU driver (%s) is about 10 times slower than a recent one; `make setup` fetches one", m[0])
}
