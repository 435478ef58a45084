// Command memory runs a training command for some time and plots the memory that it takes, on the host and on the device:
//
//	go run ./tools/memory [-time 10m] [-out memory.png] bin/vkgan train infogan --checkpoint-every 1m
//
// It ends the run with SIGTERM and prints how far the host's memory moved after the first minute.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"image/color"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

const (
	every  = 2 * time.Second
	warmup = time.Minute // compiling kernels, filling caches
	mib    = 1 << 20
)

func main() {
	span := flag.Duration("time", 10*time.Minute, "how long to look")
	out := flag.String("out", "memory.png", "the plot")
	flag.Parse()
	if err := measure(*span, *out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "memory:", err)
		os.Exit(1)
	}
}

func measure(span time.Duration, out string, command []string) error {
	if len(command) == 0 {
		return fmt.Errorf("which command? see the head of tools/memory/main.go")
	}
	c := exec.Command(command[0], append(slices.Clone(command[1:]), "--json", "--quiet")...)
	c.Stderr = os.Stderr
	events, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	start := time.Now()
	var device deviceMemory
	var reading sync.WaitGroup
	reading.Go(func() { device.read(events, start) })

	var resident plotter.XYs
	for time.Since(start) < span {
		time.Sleep(every)
		bytes, err := residentBytes(c.Process.Pid)
		if err != nil {
			return fmt.Errorf("the run ended early: %w", err)
		}
		resident = append(resident, plotter.XY{X: time.Since(start).Minutes(), Y: bytes / mib})
	}
	c.Process.Signal(syscall.SIGTERM)
	reading.Wait()
	c.Wait() // 143
	report("resident memory of the process", resident)
	report("device memory allocated", device.points)
	return draw(out, resident, device.points)
}

// deviceMemory collects device_bytes of a run's events.
type deviceMemory struct{ points plotter.XYs }

func (d *deviceMemory) read(events io.Reader, start time.Time) {
	for lines := bufio.NewScanner(events); lines.Scan(); {
		var event struct {
			Bytes float64 `json:"device_bytes"`
		}
		if json.Unmarshal(lines.Bytes(), &event) == nil && event.Bytes > 0 {
			d.points = append(d.points, plotter.XY{X: time.Since(start).Minutes(), Y: event.Bytes / mib})
		}
	}
}

// residentBytes is VmRSS of Linux's /proc/PID/status.
func residentBytes(pid int) (float64, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kib float64
		if n, _ := fmt.Sscanf(lines.Text(), "VmRSS: %f kB", &kib); n == 1 {
			return kib * 1024, nil
		}
	}
	return 0, fmt.Errorf("process %d has no VmRSS any more", pid)
}

// report prints the range after the warm-up, and the slope of a line through it.
func report(what string, points plotter.XYs) {
	points = slices.DeleteFunc(slices.Clone(points), func(p plotter.XY) bool { return p.X < warmup.Minutes() })
	if len(points) < 2 {
		fmt.Printf("%s: too few points\n", what)
		return
	}
	low, high := points[0].Y, points[0].Y
	var sx, sy, sxx, sxy, n float64
	for _, p := range points {
		low, high = min(low, p.Y), max(high, p.Y)
		sx, sy, sxx, sxy, n = sx+p.X, sy+p.Y, sxx+p.X*p.X, sxy+p.X*p.Y, n+1
	}
	fmt.Printf("%s: %.1f to %.1f MiB after the first minute, slope %.2f MiB/min\n", what, low, high, (n*sxy-sx*sy)/(n*sxx-sx*sx))
}

func draw(path string, resident, device plotter.XYs) error {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = "minutes", "MiB"
	p.Y.Min = 0
	for _, l := range []struct {
		name   string
		points plotter.XYs
		colour color.RGBA
	}{{"resident memory of the process", resident, color.RGBA{R: 0x1f, G: 0x77, B: 0xb4, A: 0xff}}, {"device memory allocated", device, color.RGBA{R: 0xff, G: 0x7f, B: 0x0e, A: 0xff}}} {
		line, err := plotter.NewLine(l.points)
		if err != nil {
			return err
		}
		line.Color, line.Width = l.colour, vg.Points(1.5)
		p.Add(line)
		p.Legend.Add(l.name, line)
	}
	p.Legend.Top = false
	return p.Save(8*vg.Inch, 4*vg.Inch, path)
}
