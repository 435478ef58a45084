package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"vkgan/gan"
)

func someRuns() []gan.RunRecord {
	started := time.Date(2026, 11, 23, 17, 4, 45, 0, time.UTC)
	ended := started.Add(time.Hour)
	majority, hungarian := 0.3989, 0.4419
	info := gan.RunInfo{
		ID: uuid.UUID{1}, Model: "infogan", State: "done", Started: started, Ended: &ended,
		Options: map[string]any{"epochs": 300.0}, Recipe: gan.InfoGANReference(), Data: gan.RunData{Train: 55000},
		Device: gan.RunDevice{Name: "llvmpipe (LLVM 22.1.8, 256 bits)"},
	}
	unbounded := info
	unbounded.Options, unbounded.Ended, unbounded.State = nil, nil, "running"
	return []gan.RunRecord{
		{Dir: "runs/00001-infogan-l10", Number: 1, Info: info, State: "done", Last: gan.Metrics{
			Step: 165000, Epoch: 300, TimeS: 98765, TestError: &majority, TestErrorHungarian: &hungarian,
		}},
		{Dir: "runs/00002-infogan-l20", Number: 2, Err: errors.New("runs/00002-infogan-l20/run.json: unexpected end\nof JSON input")},
		{Dir: "runs/00012-infogan-l100", Number: 12, Info: unbounded, State: "killed", Last: gan.Metrics{Step: 50, Epoch: 0.09}},
		{Dir: "runs/00013-infogan-l10", Number: 13, Info: info, State: "done", Last: gan.Metrics{
			Step: 165000, Epoch: 300, TimeS: 98765, ValidationError: &majority, ValidationErrorHungarian: &hungarian,
		}},
	}
}

func TestPrintRuns(t *testing.T) {
	local := time.Local
	defer func() { time.Local = local }()
	time.Local = time.UTC
	var out strings.Builder
	if err := printRuns(&out, someRuns()); err != nil {
		t.Fatal(err)
	}
	golden(t, "runs.txt", out.String())
}

func TestPrintRunsJSON(t *testing.T) {
	var out strings.Builder
	if err := printRunsJSON(&out, someRuns()); err != nil {
		t.Fatal(err)
	}
	golden(t, "runs.jsonl", out.String())
	for line := range strings.Lines(out.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %s", line)
		}
	}
}

func TestRuns(t *testing.T) {
	t.Chdir(t.TempDir())
	const none = "there are no runs in runs; `vkgan train` makes one\n"
	if code, out, stderr := vkgan("runs"); code != exitDone || out != "" || stderr != none {
		t.Errorf("without a folder: exit code %d, stdout %q, stderr %q", code, out, stderr)
	}
	if code, out, stderr := vkgan("runs", "--json"); code != exitDone || out != "" || stderr != "" {
		t.Errorf("without a folder, --json: exit code %d, stdout %q, stderr %q", code, out, stderr)
	}
	if code, out, stderr := vkgan("runs", "elsewhere"); code != exitFailed || out != "" || stderr != "vkgan: cannot read elsewhere: no such file or directory\n" {
		t.Errorf("a folder that is not there: exit code %d, stdout %q, stderr %q", code, out, stderr)
	}
	for _, out := range []string{"runs", "elsewhere"} {
		run, err := gan.NewRun(out, "infogan-l10", gan.RunInfo{Model: "infogan"})
		if err != nil {
			t.Fatal(err)
		}
		if err := run.Finish("stopped"); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Rename(filepath.Join("elsewhere", "00001-infogan-l10"), filepath.Join("elsewhere", "00007-infogan-l10")); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{"runs": "00001-infogan-l10", "runs elsewhere": "00007-infogan-l10"} {
		code, out, stderr := vkgan(strings.Fields(args)...)
		if lines := strings.Split(out, "\n"); code != exitDone || stderr != "" || len(lines) != 3 || !strings.HasPrefix(lines[1], want+"  infogan  stopped") {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q", args, code, out, stderr)
		}
	}
	var line runJSON
	if _, out, _ := vkgan("runs", "elsewhere", "--json"); json.Unmarshal([]byte(out), &line) != nil || line.Number != 7 || line.State != "stopped" {
		t.Errorf("%+v", line)
	}
}
