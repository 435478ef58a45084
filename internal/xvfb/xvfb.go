// Package xvfb is a display for tests that open windows: an X server without a screen, whose picture can be read, and
// whose keys and mouse xdotool works.
package xvfb

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Display is an X server of this process's own.
type Display struct {
	Name   string // for DISPLAY
	server *exec.Cmd
	dir    string
}

// Start starts a server. The error says which Debian package is missing, if one is.
func Start(size image.Point) (*Display, error) {
	for _, program := range []string{"Xvfb", "xdotool"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("%w (make setup installs it; Debian's package is %s)", err, strings.ToLower(program))
		}
	}
	dir, err := os.MkdirTemp("", "xvfb")
	if err != nil {
		return nil, err
	}
	told, tells, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer told.Close()
	d := &Display{dir: dir, server: exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", size.X, size.Y), "-fbdir", dir, "-nolisten", "tcp", "-noreset")}
	d.server.ExtraFiles = []*os.File{tells}
	err = d.server.Start()
	tells.Close()
	if err != nil {
		return nil, err
	}
	number, err := bufio.NewReader(told).ReadString('\n')
	if err != nil {
		d.Stop()
		return nil, fmt.Errorf("the display has not started: %w", err)
	}
	d.Name = ":" + strings.TrimSpace(number)
	return d, nil
}

// Stop ends the server.
func (d *Display) Stop() {
	d.server.Process.Kill()
	d.server.Wait()
	os.RemoveAll(d.dir)
}

// Do has xdotool do something: "key", "space"; "mousemove", "10", "20", "click", "1".
func (d *Display) Do(args ...string) (string, error) {
	c := exec.Command("xdotool", args...)
	c.Env = append(os.Environ(), "DISPLAY="+d.Name)
	out, err := c.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("xdotool %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// Window waits for a window whose title has a part like this regular expression, gives it the keyboard, and tells its id.
func (d *Display) Window(title string, within time.Duration) (id string, err error) {
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if id, err = d.Do("search", "--name", title); err == nil {
			id = strings.Fields(id)[0]
			_, err = d.Do("windowfocus", "--sync", id)
			return id, err
		}
	}
	return "", err
}

// Screenshot is what the display shows.
func (d *Display) Screenshot() (*image.RGBA, error) {
	file, err := os.ReadFile(filepath.Join(d.dir, "Xvfb_screen0"))
	if err != nil {
		return nil, err
	}
	word := func(i int) int { return int(binary.BigEndian.Uint32(file[4*i:])) } // XWD's header
	width, height, line := word(4), word(5), word(12)
	pixels := file[word(0)+word(19)*12:]
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			p, q := pixels[y*line+4*x:], out.Pix[out.PixOffset(x, y):]
			q[0], q[1], q[2], q[3] = p[2], p[1], p[0], 255
		}
	}
	return out, nil
}
