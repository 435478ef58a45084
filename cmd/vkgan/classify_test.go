package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vkgan/gan"
)

// drawn writes pictures of bars into a folder: a.png, dark and upright; b.JPG, light and level; notes.txt, none.
func drawn(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	picture := func(paper, ink color.Gray, bar image.Rectangle) image.Image {
		m := image.NewGray(image.Rect(0, 0, 50, 40))
		for y := range 40 {
			for x := range 50 {
				m.SetGray(x, y, paper)
				if image.Pt(x, y).In(bar) {
					m.SetGray(x, y, ink)
				}
			}
		}
		return m
	}
	var upright, level bytes.Buffer
	if err := png.Encode(&upright, picture(color.Gray{Y: 240}, color.Gray{Y: 10}, image.Rect(20, 5, 26, 35))); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&level, picture(color.Gray{Y: 20}, color.Gray{Y: 250}, image.Rect(5, 20, 45, 26)), nil); err != nil {
		t.Fatal(err)
	}
	put(t, dir, "a.png", upright.Bytes())
	put(t, dir, "b.JPG", level.Bytes())
	put(t, dir, "notes.txt", []byte("seven"))
	return dir
}

// The answers to files, a folder and standard input, of both models, for people and as JSON.
func TestClassify(t *testing.T) {
	out, pictures := twoModels(t), drawn(t)
	a, b := filepath.Join(pictures, "a.png"), filepath.Join(pictures, "b.JPG")
	for _, model := range []struct {
		number string
		coded  bool
	}{{"1", true}, {"2", false}} { // InfoGAN, SSGAN
		classify := func(args ...string) (lines []map[string]any, text string) {
			t.Helper()
			file, err := os.Open(a)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			for _, asJSON := range []bool{false, true} {
				var stdout, stderr bytes.Buffer
				all := append([]string{"classify", "--dir", out, fmt.Sprintf("--json=%v", asJSON), model.number}, args...)
				code := run(all, streams{in: file, out: &stdout, err: &stderr})
				if _, err := file.Seek(0, 0); err != nil || code != exitDone || model.coded != strings.HasPrefix(stderr.String(), "codes stand for the digits of most of 60 training images with them: ") {
					t.Fatalf("exit code %d, stderr %s, %v", code, stderr.String(), err)
				}
				if asJSON {
					return fields(t, stdout.String()), text
				}
				text = stdout.String()
			}
			return nil, ""
		}
		lines, text := classify(a, pictures, "-")
		if len(lines) != 4 || strings.Count(text, "\n") != 4 {
			t.Fatalf("%v\n%s", lines, text)
		}
		for i, name := range []string{a, a, b, "-"} {
			top, sum := lines[i]["top"].([]any), 0.0
			for _, guess := range top {
				sum += guess.(map[string]any)["probability"].(float64)
			}
			if lines[i]["image"] != name || len(top) != 3 || math.Abs(sum-1) > 1e-6 || top[0].(map[string]any)["class"] != lines[i]["class"] {
				t.Errorf("%v", lines[i])
			}
			if code, coded := lines[i]["code"].(float64); coded != model.coded || coded && (code < 0 || code > 2) {
				t.Errorf("%v", lines[i])
			}
			shows := fmt.Sprintf("%-*s  %v %7s ", len(b), name, lines[i]["class"], percent(lines[i]["probability"].(float64)))
			if line := strings.Split(text, "\n")[i]; !strings.HasPrefix(line, shows) || model.coded != strings.Contains(line, "   code ") {
				t.Errorf("%q, want %q", line, shows)
			}
		}
		for _, other := range []int{1, 3} {
			if fmt.Sprint(lines[0]["top"]) != fmt.Sprint(lines[other]["top"]) {
				t.Errorf("the same image gets %v and %v", lines[0], lines[other])
			}
		}
		if fmt.Sprint(lines[0]["top"]) == fmt.Sprint(lines[2]["top"]) {
			t.Errorf("other images get the same answer: %v", lines)
		}
	}
}

func TestClassifyErrors(t *testing.T) {
	out, pictures, empty := t.TempDir(), drawn(t), t.TempDir()
	trained(t, small(t, out, "--max-steps", "2")...)
	trained(t, smallSSGAN(t, out, "--max-steps", "1")...)
	notes, missing := filepath.Join(pictures, "notes.txt"), filepath.Join(pictures, "missing.png")
	forbidden := filepath.Join(pictures, "forbidden.png")
	put(t, pictures, "forbidden.png", nil)
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"", exitUsage, "wants a run"},
		{"1", exitUsage, "there is nothing to classify: name images or folders behind 1"},
		{"2 " + empty, exitFailed, "there is nothing to classify in " + empty},
		{"2 " + notes, exitFailed, "cannot classify " + notes + ": it is no PNG or JPEG image: convert it to one"},
		{"2 " + missing, exitFailed, "cannot classify " + missing + ": no such file or directory"},
		{"2 " + forbidden, exitFailed, "cannot classify " + forbidden + ": it is empty"},
		{"2 - -", exitFailed, "- is given twice, but there is one standard input"},
		{"2 -", exitFailed, "cannot classify -: it is empty"},
		{"7 " + notes, exitFailed, "there is no run 7"},
		{notes + " " + notes, exitFailed, "notes.txt"},
		{"1 --data " + stripes(t, 8, 8, 0, 1) + " " + notes, exitFailed, "in 2 classes, but the model was trained on 8×8 in 3: choose another data set"},
		{"1 --data " + empty + " " + notes, exitFailed, "no data set"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(append([]string{"classify", "--dir", out}, strings.Fields(c.args)...), streams{in: strings.NewReader(""), out: &stdout, err: &stderr})
		line := ""
		for said := range strings.Lines(stderr.String()) {
			if strings.HasPrefix(said, "vkgan: ") {
				line += said
			}
		}
		if code != c.code || stdout.Len() > 0 || !strings.Contains(line, c.want) || strings.Count(line, "\n") != 1 {
			t.Errorf("%s: exit code %d, want %d, and one line with %q:\n%s", c.args, code, c.code, c.want, stderr.String())
		}
	}
	// What can be classified is, beside what cannot.
	args := []string{"classify", "--dir", out, "2", filepath.Join(pictures, "a.png"), "--json"}
	for range mostFailures + 3 {
		args = append(args, missing)
	}
	code, stdout, stderr := vkgan(args...)
	lines := fields(t, stdout)
	if code != exitFailed || len(lines) != mostFailures+4 || !strings.HasSuffix(stderr, "; and 3 more of 9 images\n") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("exit code %d, stderr %s, stdout %s", code, stderr, stdout)
	}
	answered := 0
	for _, line := range lines {
		if _, known := line["class"]; known {
			answered++
		} else if line["error"] != "no such file or directory" || line["image"] != missing {
			t.Errorf("%v", line)
		}
	}
	if answered != 1 {
		t.Errorf("%s", stdout)
	}
}

func TestClassifyReport(t *testing.T) {
	answer := gan.Answer{Code: 4, Classes: []float64{0.01, 0, 0.958, 0.032}}
	for name, c := range map[string]struct{ json, coded bool }{"classes.txt": {false, false}, "codes.txt": {false, true}, "codes.jsonl": {true, true}} {
		var out bytes.Buffer
		r := newClassifyReport(&out, c.json, []string{"a.png", "zwölf.png"})
		if err := r.answer("a.png", answer, c.coded); err != nil {
			t.Fatal(err)
		}
		if err := r.answer("zwölf.png", gan.Answer{Classes: []float64{1, 0, 0, 0}}, c.coded); err != nil {
			t.Fatal(err)
		}
		golden(t, "classify/"+name, out.String())
	}
}
