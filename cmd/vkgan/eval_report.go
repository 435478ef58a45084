package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"vkgan/gan"
	"vkgan/internal/mnist"
)

// evalReport is the object of `vkgan eval --json`.
type evalReport struct {
	Model  string            `json:"model"`
	Step   int               `json:"step"`
	Run    string            `json:"run,omitempty"` // absent: it was asked for by its file
	File   string            `json:"file"`
	Data   string            `json:"data"`
	Images int               `json:"images"`
	BN     gan.BatchNormMode `json:"bn"`

	TestError                *float64 `json:"test_error,omitempty"`
	TestErrorHungarian       *float64 `json:"test_error_hungarian,omitempty"`
	ValidationError          *float64 `json:"validation_error,omitempty"` // these two with --validate
	ValidationErrorHungarian *float64 `json:"validation_error_hungarian,omitempty"`
	NMI                      *float64 `json:"nmi,omitempty"`
	ARI                      *float64 `json:"ari,omitempty"`

	ImagesPerS float64 `json:"images_per_s,omitempty"` // after the first batch, which compiles kernels

	Confusion [][]uint32 `json:"confusion"` // rows: code or predicted class; columns: true class

	evaluation gan.Evaluation
}

func newEvalReport(run string, c *gan.Checkpoint, set *mnist.Set, mode gan.BatchNormMode, e gan.Evaluation, validation bool) evalReport {
	r := evalReport{
		Model: c.Info.Model, Step: c.Position.Step, Run: run, File: c.Path, Data: set.Origin, Images: e.Confusion.Total(), BN: mode,
		NMI: e.NMI, ARI: e.ARI, ImagesPerS: e.ImagesPerS, Confusion: e.Confusion.Rows(), evaluation: e,
	}
	if validation {
		r.ValidationError, r.ValidationErrorHungarian = &e.Error, e.Hungarian
	} else {
		r.TestError, r.TestErrorHungarian = &e.Error, e.Hungarian
	}
	return r
}

func (r evalReport) print(out io.Writer, asJSON bool) (err error) {
	if asJSON {
		err = json.NewEncoder(out).Encode(r)
	} else {
		_, err = io.WriteString(out, r.text())
	}
	return stdoutError(err)
}

// text is the report for people.
func (r evalReport) text() string {
	images, e := "test", r.evaluation
	if r.ValidationError != nil {
		images = "validation"
	}
	text := fmt.Sprintf("model       %s, step %s: %s\ndata        %s: %s %s images\nbatch-norm  %s statistics\n",
		r.Model, count(r.Step), r.File, r.Data, count(r.Images), images, r.BN)
	if r.ImagesPerS > 0 {
		text += fmt.Sprintf("images/s    %s once kernels were compiled\n", count(int(r.ImagesPerS+0.5)))
	}
	text += errorLines(images, &e.Error, e.Hungarian, "")
	if e.NMI == nil {
		return text + "\nimages by predicted (row) and true class (column)\n" + classTable(e.Confusion)
	}
	text += fmt.Sprintf("NMI         %.3f\nARI         %.3f\n", *e.NMI, *e.ARI)
	return text + "\nimages by code (row) and true class (column)\n" + codeTable(e.Confusion)
}

// codeTable has a row for each code, with the class that it stands for.
func codeTable(c gan.Confusion) string {
	rows := countRows(c, "code")
	rows[0] = append(rows[0], "stands for")
	for code, class := range c.Majority() {
		stands := strconv.Itoa(class)
		if c.Row(code)[class] == 0 {
			stands = "–"
		}
		rows[code+1] = append(rows[code+1], stands)
	}
	return table(rows, strings.Repeat("r", len(rows[0])))
}

// classTable has a row for each predicted class, and one with the error of each true class.
func classTable(c gan.Confusion) string {
	rows := countRows(c, "")
	errors := []string{"error"}
	for _, e := range c.ClassErrors() {
		cell := "–"
		if !math.IsNaN(e) {
			cell = percent(e)
		}
		errors = append(errors, cell)
	}
	return table(append(rows, errors), strings.Repeat("r", len(errors)))
}

// countRows are the counts below the classes, beside the codes.
func countRows(c gan.Confusion, heading string) [][]string {
	head := []string{heading}
	for class := range c.Classes {
		head = append(head, strconv.Itoa(class))
	}
	rows := [][]string{head}
	for code := range c.Codes {
		row := []string{strconv.Itoa(code)}
		for _, n := range c.Row(code) {
			cell := "·"
			if n > 0 {
				cell = count(int(n))
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	return rows
}
