package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata")

// helper, set to a name, makes the test binary a program for a test to drive.
const helper = "VKGAN_TEST_HELPER"

func TestMain(m *testing.M) {
	os.Setenv(tuningVariable, "off") // but for those of tuning itself
	switch os.Getenv(helper) {
	case "stubborn": // is told to stop, and does not
		i := onInterrupt(context.Background(), os.Stdout)
		fmt.Println("ready")
		<-i.Done()
		select {}
	case "slow": // trains, as os.Args say, and takes its time over checkpoints
		checkpointsThrough = func(w io.Writer) io.Writer { return slowWriter{w} }
		os.Exit(run(os.Args[1:], streams{out: os.Stdout, err: os.Stderr}))
	case "limited":
		checkpointsThrough = limited
		os.Exit(run(os.Args[1:], streams{out: os.Stdout, err: os.Stderr}))
	case "plain":
		os.Exit(run(os.Args[1:], streams{out: os.Stdout, err: os.Stderr}))
	}
	os.Exit(m.Run())
}

// vkgan runs a command line in this process.
func vkgan(args ...string) (code int, out, err string) {
	var o, e bytes.Buffer
	code = run(args, streams{out: &o, err: &e})
	return code, o.String(), e.String()
}

// golden compares text with testdata/NAME, or rewrites that.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s has changed (go test -update rewrites it); now it is\n%s", path, text)
	}
}

func TestHelp(t *testing.T) {
	for _, command := range []string{"", "train", "train infogan", "train ssgan", "sweep", "sweep train", "sweep train ssgan", "runs", "plot", "eval", "sample", "classify", "coverage", "export", "import", "view", "bench", "bench device", "bench kernels", "bench step", "tune", "devices", "doctor", "version", "completion"} {
		args := append(strings.Fields(command), "--help")
		code, out, stderr := vkgan(args...)
		if code != exitDone || stderr != "" {
			t.Errorf("%v: exit code %d, stderr %q", args, code, stderr)
		}
		golden(t, "help/"+strings.ReplaceAll("vkgan "+command, " ", "_")+".txt", out)
		for line := range strings.Lines(out) {
			if n := len([]rune(line)); n > 121 {
				t.Errorf("%v: a line of %d characters: %s", args, n, line)
			}
		}
		code, same, _ := vkgan(append([]string{"help"}, strings.Fields(command)...)...)
		if code != exitDone || same != out {
			t.Errorf("'help %s' differs from '%s --help'", command, command)
		}
	}
}

func TestGroupsPrintTheirHelp(t *testing.T) {
	for _, command := range []string{"", "train", "sweep", "sweep train", "completion"} {
		_, want, _ := vkgan(append(strings.Fields(command), "--help")...)
		if code, out, stderr := vkgan(strings.Fields(command)...); code != exitDone || out != want || stderr != "" {
			t.Errorf("vkgan %s: exit code %d, stderr %q, out %s", command, code, stderr, out)
		}
	}
}

func TestWrongUsage(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for _, test := range []struct{ args, says, see string }{
		{"nonsense", "there is no command 'vkgan nonsense'", "vkgan"},
		{"trian", "did you mean train?", "vkgan"},
		{"--nonsense", "unknown flag: --nonsense", "vkgan"},
		{"train infogam", "did you mean infogan?", "vkgan train"},
		{"train infogan x", `takes no argument, but there is "x"`, "vkgan train infogan"},
		{"train infogan --nonsense", "unknown flag: --nonsense", "vkgan train infogan"},
		{"train infogan -x", "unknown shorthand flag: 'x' in -x", "vkgan train infogan"},
		{"train infogan --seed", "flag needs an argument: --seed", "vkgan train infogan"},
		{"train infogan --labels ten", `--labels is "ten": want a whole number`, "vkgan train infogan"},
		{"train infogan --seed -1", `--seed is "-1": want a whole number from 0 on`, "vkgan train infogan"},
		{"train infogan --rate fast", `--rate is "fast": want a number`, "vkgan train infogan"},
		{"train infogan --precision bf16", `--precision is "bf16": want fp32 or fp16`, "vkgan train infogan"},
		{"train infogan --max-time 10", `--max-time is "10": want a duration such as 90s`, "vkgan train infogan"},
		{"train infogan --max-time -1s", "--max-time is -1s: want 0 or more", "vkgan train infogan"},
		{"train infogan --epochs -1", "--epochs is -1: want 0 or more", "vkgan train infogan"},
		{"train infogan --eval-every -1", "--eval-every is -1: want 0 or more", "vkgan train infogan"},
		{"train infogan --sample-every -1", "--sample-every is -1: want 0 or more", "vkgan train infogan"},
		{"train infogan --log-every 0", "--log-every is 0: want 1 or more", "vkgan train infogan"},
		{"train infogan --epochs 0", "nothing would end the run", "vkgan train infogan"},
		{"train infogan --out=", "--out is empty", "vkgan train infogan"},
		{"train infogan --labels 1 --data " + digits(t), "labels is 1", "vkgan train infogan"},
		{"train infogan --batch-size 9999 --data " + digits(t), "batch-size is 9999", "vkgan train infogan"},
		{"sweep train ssgan", "no seeds: give --seeds, such as 1..5", "vkgan sweep train ssgan"},
		{"sweep train ssgan --seeds 5..1", `--seeds is "5..1": 5..1 ends before it begins: want 1..5`, "vkgan sweep train ssgan"},
		{"sweep train ssgan --seeds 1..3,2", `--seeds is "1..3,2": seed 2 is there twice`, "vkgan sweep train ssgan"},
		{"sweep train ssgan --seeds 1..5000", `--seeds is "1..5000": want at most 1000 seeds`, "vkgan sweep train ssgan"},
		{"sweep train ssgan --seeds one", `--seeds is "one": want seeds such as 1..5 or 1,2,7`, "vkgan sweep train ssgan"},
		{"sweep train ssgan --seeds=", `--seeds is "": want seeds such as 1..5`, "vkgan sweep train ssgan"},
		{"sweep train ssgan --seed 1", "unknown flag: --seed", "vkgan sweep train ssgan"},
		{"sweep train ssgan --seeds 1 --epochs 0", "nothing would end the run", "vkgan sweep train ssgan"},
		{"sweep train ssgan --seeds 1 --batch-size 9999 --data " + digits(t), "batch-size is 9999", "vkgan sweep train ssgan"},
		{"sweep trane", "did you mean train?", "vkgan sweep"},
		{"runs a b", `takes one folder, but there is also "b"`, "vkgan runs"},
		{"plot", "wants a run: a folder, a number or 'latest'", "vkgan plot"},
		{"plot 1 --out curves.svg", `--out is "curves.svg": want a name that ends in .png`, "vkgan plot"},
		{"plot 1 --against time", `--against is "time": want epochs or steps`, "vkgan plot"},
		{"bench kernel", "there is no command 'vkgan bench kernel'", "vkgan bench"},
		{"bench step --model nonsense", `--model is "nonsense": want infogan`, "vkgan bench step"},
		{"bench --steps 0", "--steps is 0: want 1 or more", "vkgan bench"},
		{"bench step --warmup -1", "--warmup is -1: want 0 or more", "vkgan bench step"},
		{"bench kernels --batch-size -1", "--batch-size is -1: want 2 or more", "vkgan bench kernels"},
		{"bench step --batch-size 1", "--batch-size is 1: want 2 or more", "vkgan bench step"},
		{"bench step --recipe fast", `--recipe is "fast": want reference or best`, "vkgan bench step"},
		{"devices 1", `takes no argument, but there is "1"`, "vkgan devices"},
		{"doctor --json", "unknown flag: --json", "vkgan doctor"},
		{"bench kernels ssgan", `takes no argument, but there is "ssgan"; did you mean --model ssgan?`, "vkgan bench kernels"},
		{"bench ssgan", "there is no command 'vkgan bench ssgan'; did you mean --model ssgan?", "vkgan bench"},
		{"bench step infogan", "did you mean --model infogan?", "vkgan bench step"},
		{"tune ssgan", "did you mean --model ssgan?", "vkgan tune"},
		{"version x", "takes no argument", "vkgan version"},
		{"completion fish x", "takes no argument", "vkgan completion fish"},
		{"completion fisch", "did you mean fish?", "vkgan completion"},
		{"help nonsense", "there is no command 'vkgan nonsense'", "vkgan"},
	} {
		code, out, stderr := vkgan(strings.Fields(test.args)...)
		lines := strings.Split(stderr, "\n")
		if code != exitUsage || out != "" || len(lines) != 3 || !strings.HasPrefix(lines[0], "vkgan: ") ||
			!strings.Contains(lines[0], test.says) || lines[1] != "see '"+test.see+" --help'" {
			t.Errorf("vkgan %s: exit code %d, stdout %q, stderr\n%s", test.args, code, out, stderr)
		}
	}
	code, _, stderr := vkgan("train", "infogan", "--data", missing)
	if code != exitFailed || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, missing) {
		t.Errorf("missing data: exit code %d, stderr %s", code, stderr)
	}
}

func TestVersionAndCompletion(t *testing.T) {
	if code, out, _ := vkgan("version"); code != exitDone || !strings.HasPrefix(out, "vkgan ") || !strings.Contains(out, "kernels ") {
		t.Errorf("version: exit code %d, %s", code, out)
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if code, out, stderr := vkgan("completion", shell); code != exitDone || len(out) < 1000 || stderr != "" {
			t.Errorf("completion %s: exit code %d, %d bytes, stderr %s", shell, code, len(out), stderr)
		}
	}
	if _, out, _ := vkgan("__complete", "train", "infogan", "--lab"); !strings.Contains(out, "--labels") {
		t.Errorf("completion of --lab: %s", out)
	}
}
