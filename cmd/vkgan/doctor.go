package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"vkgan/internal/mnist"
	"vkgan/vk"
	"vkgan/vk/sidecar"
)

func newDoctor(s streams) *cobra.Command {
	return &cobra.Command{
		Use:     "doctor",
		Short:   "Say what this machine has, lacks and would use",
		Long:    "Says what vkgan found on this machine, what training would use, and what is missing and how to get it.\nIt exits with 1 if this machine cannot train.",
		GroupID: groupMachine,
		RunE: func(*cobra.Command, []string) error {
			d := doctor{out: s.out}
			d.platform()
			d.devices()
			d.sideDriver()
			d.data()
			d.runFolder()
			d.display()
			d.line(note, "Go", "not needed to run vkgan")
			return d.verdict()
		},
	}
}

// doctor examines the machine and writes a line for each thing it looks at.
type doctor struct {
	out      io.Writer
	problems []string // that keep the machine from training
}

// The marks in front of a line.
const (
	good = "ok"
	bad  = "!!"
	note = "--"
)

func (d *doctor) line(mark, what, format string, args ...any) {
	fmt.Fprintf(d.out, "%s  %-11s %s\n", mark, what, fmt.Sprintf(format, args...))
}

// fail notes a problem.
func (d *doctor) fail(what, format string, args ...any) {
	d.line(bad, what, format, args...)
	d.problems = append(d.problems, what)
}

func (d *doctor) verdict() error {
	if len(d.problems) > 0 {
		return fmt.Errorf("this machine cannot train yet: see %s above", strings.Join(d.problems, ", "))
	}
	fmt.Fprintln(d.out, "This machine can train: vkgan train infogan")
	return nil
}

func (d *doctor) platform() {
	system := runtime.GOOS + "/" + runtime.GOARCH
	if system == "linux/amd64" {
		d.line(good, "vkgan", "%s for %s", versionText(), system)
	} else {
		d.fail("vkgan", "%s for %s: this version is for linux/amd64", versionText(), system)
	}
}

// devices looks at the loader and the devices, and opens the one that training would use.
func (d *doctor) devices() {
	infos, err := vk.Devices()
	if errors.Is(err, vk.ErrNoLoader) {
		d.fail("loader", "%s", oneLine(deviceError(err).Error()))
		return
	}
	d.line(good, "loader", "libvulkan.so.1")
	if err != nil {
		d.fail("devices", "%s: install a Vulkan driver (your GPU's own, or Debian's mesa-vulkan-drivers); `make setup` does it where there is no GPU", oneLine(err.Error()))
		return
	}
	best, chooseErr := vk.Choose(infos, "")
	for i, info := range infos {
		about := fmt.Sprintf("%s (%s, %s, %s %s)", info.Name, typeName(info.Type), size(info.HeapBytes), info.DriverName, info.DriverInfo)
		name := fmt.Sprintf("device %d", info.Index)
		switch {
		case !info.Usable():
			d.line(note, name, "%s: not usable, it lacks %s", about, strings.Join(info.Missing, ", "))
		case chooseErr == nil && i == best:
			d.line(good, name, "%s: training uses this one%s", about, why(infos, best))
			if slow := sidecar.Slow(info.DriverName, info.DriverInfo); slow != "" {
				d.line(note, "", "%s", slow)
			}
		default:
			d.line(note, name, "%s: usable, --device %d takes it", about, info.Index)
		}
	}
	if chooseErr != nil {
		d.fail("devices", "none is usable: a newer driver may help")
		return
	}
	d.open(infos[best])
}

// why says by what the best device is better than the other usable ones.
func why(infos []vk.DeviceInfo, best int) string {
	others := 0
	sameType := false
	for i, info := range infos {
		if i != best && info.Usable() {
			others++
			sameType = sameType || info.Type == infos[best].Type
		}
	}
	switch {
	case others == 0:
		return ", the only usable one"
	case sameType:
		return fmt.Sprintf(", the %s with the most memory", typeName(infos[best].Type))
	}
	return fmt.Sprintf(", since a %s comes before other kinds", typeName(infos[best].Type))
}

// open tries the device.
func (d *doctor) open(info vk.DeviceInfo) {
	dev, err := vk.Open(vk.Options{Device: fmt.Sprint(info.Index), Cache: userCache("pipelines")})
	if err != nil {
		d.fail("open", "device %d does not open: %s", info.Index, oneLine(err.Error()))
		return
	}
	build, cache := dev.Build(), dev.Cache()
	if err := dev.Close(); err != nil {
		d.fail("open", "device %d does not close: %s", info.Index, oneLine(err.Error()))
		return
	}
	d.line(good, "open", "device %d opens; kernels by %s", info.Index, build)
	if missing := info.HalfMissing(); missing != "" {
		d.line(note, "fp16", "device %d lacks %s", info.Index, missing)
	} else {
		d.line(note, "fp16", "device %d: --precision fp16 may take cooperative matrices of %s", info.Index, halves(info))
	}
	d.cache(cache)
}

// cache looks whether compiled kernels are kept for the next start.
func (d *doctor) cache(c vk.Cache) {
	if c.Path == "" {
		d.line(note, "cache", "none, since neither XDG_CACHE_HOME nor HOME is set: the driver compiles the kernels at every start")
		return
	}
	folder := filepath.Dir(c.Path)
	switch err := writable(folder); {
	case c.Trouble != nil:
		d.line(note, "cache", "not used: %s: the next training replaces it", oneLine(c.Trouble.Error()))
	case err != nil:
		d.line(note, "cache", "not writable, so that the driver compiles the kernels at every start: %s", oneLine(err.Error()))
	case c.Bytes == 0:
		d.line(good, "cache", "%s is for compiled kernels; there are none yet, or the driver has a cache of its own", folder)
	default:
		d.line(good, "cache", "%s has %s of compiled kernels", c.Path, size(c.Bytes))
	}
}

// writable makes the folder where it is missing, and says what keeps files from being made there.
func writable(folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	probe, err := os.MkdirTemp(folder, ".vkgan-doctor-")
	if err != nil {
		return err
	}
	return os.Remove(probe)
}

func (d *doctor) sideDriver() {
	folder := sidecar.Folder()
	_, err := os.Stat(filepath.Join(folder, "stamp"))
	switch {
	case folder != "" && os.Getenv("VKGAN_RUN") != "":
		d.line(good, "CPU driver", "in use: %s", folder)
	case folder != "" && err == nil:
		d.line(note, "CPU driver", "ready where there is no GPU: %s", folder)
	default:
		d.line(note, "CPU driver", "no fast one beside the system; `make setup` fetches it where there is no GPU")
	}
}

func (d *doctor) data() {
	set, err := mnist.Load("")
	if err != nil {
		d.fail("data", "%s", oneLine(err.Error()))
		return
	}
	d.line(good, "data", "%s: %s training and %s test images of %d×%d", set.Origin, count(set.Train.Count), count(set.Test.Count), set.Train.Height, set.Train.Width)
}

// runFolder looks whether runs can be kept where training puts them by default.
func (d *doctor) runFolder() {
	where := defaultRuns
	if _, err := os.Stat(where); err != nil {
		where = "."
	}
	if err := writable(where); err != nil {
		d.line(note, "runs", "cannot write here (%s): train with --out FOLDER", oneLine(err.Error()))
		return
	}
	d.line(good, "runs", "%s is writable", where)
}

func (d *doctor) display() {
	for _, name := range []string{"WAYLAND_DISPLAY", "DISPLAY"} {
		if v := os.Getenv(name); v != "" {
			d.line(note, "display", "%s=%s; training needs none", name, v)
			return
		}
	}
	d.line(note, "display", "none; training needs none")
}
