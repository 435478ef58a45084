package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"vkgan/gan"
)

// defaultRuns is where training makes run folders where --out names no other place.
const defaultRuns = "runs"

// runJSON is a line of `vkgan runs --json`: what is known of a run, with its latest metrics.
type runJSON struct {
	Run     string     `json:"run"`
	Number  int        `json:"number"`
	ID      string     `json:"id,omitempty"`
	Model   string     `json:"model,omitempty"`
	State   string     `json:"state"` // "damaged" if there is an error
	Error   string     `json:"error,omitempty"`
	Steps   int        `json:"steps,omitempty"` // in all; absent: not bounded by steps
	Started *time.Time `json:"started,omitempty"`
	Ended   *time.Time `json:"ended,omitempty"`
	Device  string     `json:"device,omitempty"`
	gan.Metrics
}

func newRuns(s streams) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "runs [DIR]",
		Short: "List the runs",
		Long: "Lists the runs in a folder (default: " + defaultRuns + ") with their latest errors, on the test set or on validation images.\n" +
			"A run is running, done, stopped (by a signal), failed, or killed: it ended without being able to say so.\n" +
			"Sweeps are listed below; give one's folder to list its runs.",
		Example: "  vkgan runs\n  vkgan runs runs/00003-sweep-ssgan-n10\n  vkgan runs --json | jq -r 'select(.state == \"killed\").run'",
		GroupID: groupResults,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return wrongUsage(c, "%s takes one folder, but there is also %q", c.CommandPath(), args[1])
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			dir := defaultRuns
			if len(args) > 0 {
				dir = args[0]
			}
			runs, err := gan.History(dir)
			if err != nil && !(len(args) == 0 && errors.Is(err, fs.ErrNotExist)) {
				return err
			}
			if asJSON {
				return printRunsJSON(s.out, runs)
			}
			sweeps, _ := gan.Sweeps(dir) // History has read the same folder
			if len(runs)+len(sweeps) == 0 {
				fmt.Fprintf(s.err, "there are no runs in %s; `vkgan train` makes one\n", dir)
			}
			return errors.Join(printRuns(s.out, runs), printSweeps(s.out, sweeps))
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object per line for each run (a sweep's is its sweep.json)")
	return c
}

// printRuns prints a table, unless it would be empty.
func printRuns(out io.Writer, runs []gan.RunRecord) error {
	if len(runs) == 0 {
		return nil
	}
	rows := [][]string{{"run", "model", "state", "step", "epoch", "error", "one-to-one", "measured on", "started", "took", "device"}}
	for _, r := range runs {
		rows = append(rows, runRow(r))
	}
	_, err := io.WriteString(out, table(rows, "lllrrrrllrl"))
	return err
}

// runRow is a run in the columns of printRuns, or its name and what is wrong with it.
func runRow(r gan.RunRecord) []string {
	name := filepath.Base(r.Dir)
	if r.Err != nil {
		return []string{name, "damaged: " + oneLine(r.Err.Error())}
	}
	step := count(r.Last.Step)
	if n := r.Info.Steps(); n > 0 {
		step += "/" + count(n)
	}
	fraction := func(e *float64) string {
		if e == nil {
			return "–"
		}
		return errorPercent(*e)
	}
	images, e, hungarian := r.Last.Errors()
	if e == nil {
		images = "–"
	}
	return []string{
		name, r.Info.Model, r.State, step, fmt.Sprintf("%.2f", r.Last.Epoch), fraction(e), fraction(hungarian), images,
		r.Info.Started.Local().Format("2006-01-02 15:04"), span(time.Duration(r.Last.TimeS * float64(time.Second))), r.Info.Device.Name,
	}
}

// printSweeps prints a table, unless it would be empty.
func printSweeps(out io.Writer, sweeps []gan.SweepRecord) error {
	if len(sweeps) == 0 {
		return nil
	}
	rows := [][]string{{"sweep", "model", "state", "seeds", "error", "measured on", "started"}}
	for _, s := range sweeps {
		name := filepath.Base(s.Dir)
		if s.Err != nil {
			rows = append(rows, []string{name, "damaged: " + oneLine(s.Err.Error())})
			continue
		}
		images, e, _ := s.Info.Summary.Errors()
		if e == nil {
			images = "–"
		}
		rows = append(rows, []string{
			name, s.Info.Model, s.Info.State, fmt.Sprintf("%d/%d", len(s.Info.Results), len(s.Info.Seeds)), measures(s.Info.Summary)[0].mean(), images,
			s.Info.Started.Local().Format("2006-01-02 15:04"),
		})
	}
	_, err := io.WriteString(out, table(rows, "lllrrll"))
	return err
}

// table aligns columns, to the right where align has an r. Rows of another length than the first are as they are.
func table(rows [][]string, align string) string {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			if len(row) == len(width) || i == 0 {
				width[i] = max(width[i], utf8.RuneCountInString(cell))
			}
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			room := strings.Repeat(" ", max(0, width[i]-utf8.RuneCountInString(cell)))
			if align[i] == 'r' {
				cell = room + cell
			} else {
				cell += room
			}
			line += cell + "  "
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

func printRunsJSON(out io.Writer, runs []gan.RunRecord) error {
	lines := json.NewEncoder(out)
	for _, r := range runs {
		line := runJSON{Run: r.Dir, Number: r.Number, State: "damaged"}
		if r.Err != nil {
			line.Error = oneLine(r.Err.Error())
		} else {
			line.ID, line.Model, line.State, line.Steps, line.Device = r.Info.ID.String(), r.Info.Model, r.State, r.Info.Steps(), r.Info.Device.Name
			line.Started, line.Ended, line.Metrics = &r.Info.Started, r.Info.Ended, r.Last
		}
		if err := lines.Encode(line); err != nil {
			return stdoutError(err)
		}
	}
	return nil
}
