package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"vkgan/gan"
)

// classified is the object of `vkgan classify --json` for an image.
type classified struct {
	Image string `json:"image"`
	*gan.Guess
	Code  *int        `json:"code,omitempty"` // of a model whose codes are not classes
	Top   []gan.Guess `json:"top,omitempty"`
	Error string      `json:"error,omitempty"` // instead of all but Image
}

// classifyReport prints a line for each image.
type classifyReport struct {
	out    io.Writer
	json   bool
	width  int // of the longest name
	images int
	failed []picture
	broken error // the stream could not be written to
}

func newClassifyReport(out io.Writer, asJSON bool, names []string) *classifyReport {
	r := &classifyReport{out: out, json: asJSON, images: len(names)}
	for _, name := range names {
		r.width = max(r.width, utf8.RuneCountInString(name))
	}
	return r
}

// answer prints the answer to an image.
func (r *classifyReport) answer(name string, a gan.Answer, coded bool) error {
	top := a.Top(topGuesses)
	if r.json {
		line := classified{Image: name, Guess: &top[0], Top: top}
		if coded {
			line.Code = &a.Code
		}
		return r.object(line)
	}
	var guesses []string
	for _, g := range top {
		guesses = append(guesses, fmt.Sprintf("%d %7s", g.Class, percent(g.Probability)))
	}
	line := fmt.Sprintf("%-*s  %s", r.width, name, strings.Join(guesses, "   "))
	if coded {
		line += fmt.Sprintf("   code %d", a.Code)
	}
	return r.line(line)
}

// fail notes an image that could not be looked at.
func (r *classifyReport) fail(p picture) {
	r.failed = append(r.failed, p)
	if r.json {
		r.broken = errors.Join(r.broken, r.object(classified{Image: p.name, Error: p.err.Error()}))
	}
}

func (r *classifyReport) object(c classified) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return r.line(string(text))
}

func (r *classifyReport) line(text string) error {
	_, err := fmt.Fprintln(r.out, text)
	return stdoutError(err)
}

// mostFailures is how many are told one by one.
const mostFailures = 5

// failures tells of the images that could not be looked at.
func (r *classifyReport) failures() error {
	var told []string
	for _, p := range r.failed[:min(len(r.failed), mostFailures)] {
		told = append(told, fmt.Sprintf("cannot classify %s: %v", p.name, p.err))
	}
	if more := len(r.failed) - len(told); more > 0 {
		told = append(told, fmt.Sprintf("and %s more of %s images", count(more), count(r.images)))
	}
	if len(told) > 0 {
		r.broken = errors.Join(r.broken, errors.New(strings.Join(told, "; ")))
	}
	return r.broken
}
