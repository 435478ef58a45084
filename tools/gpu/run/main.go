// Command run measures a GPU, part by part: docs/gpu.md says what, and what it stores. The kit's run.sh starts it; nothing but
// the kit's own files is needed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"vkgan/tools/gpu/facts"
)

// options are those of the command line.
type options struct {
	work       string
	budget     time.Duration
	partLimit  time.Duration
	parts      []string
	models     []string
	precisions []string
	device     string
	python     string
	peer       string
	tests      string
	tune       time.Duration
	rounds     int
	step       time.Duration
	peerModes  []string
	profile    int
	epochs     int
	maxSteps   int
	seeds      int
	codes      []string
}

func main() {
	runtime.LockOSThread() // children die with the thread that started them
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k, err := newKit(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintln(os.Stderr, "gpu-kit:", err)
		os.Exit(2)
	}
	left := k.measure(ctx)
	switch {
	case ctx.Err() != nil:
		os.Exit(130)
	case len(left) > 0:
		fmt.Fprintf(k.log, "not done: %s; the same command goes on\n", strings.Join(left, ", "))
		os.Exit(1)
	}
	fmt.Fprintln(k.log, "all parts are done")
}

// newKit reads the command line and makes the folders.
func newKit(args []string, say io.Writer) (*kit, error) {
	k := &kit{}
	o := &k.options
	f := flag.NewFlagSet("run.sh", flag.ContinueOnError)
	f.SetOutput(say)
	f.Usage = func() {
		fmt.Fprint(say, "run.sh [FLAGS] STATE measures this machine's GPU, part by part, and stores a JSON file per part in the folder STATE,\n"+
			"beside log.txt. Parts that are done are left alone: the same command goes on. Parts: "+strings.Join(facts.Parts, ", ")+".\n\n")
		f.PrintDefaults()
	}
	seconds := func(name string, d *time.Duration, standard float64, usage string) {
		*d = time.Duration(standard * float64(time.Second))
		f.Func(name, fmt.Sprintf("%s (default %g)", usage, standard), func(text string) error {
			var s float64
			if _, err := fmt.Sscanf(text, "%g", &s); err != nil || s < 0 {
				return errors.New("want a number of `seconds`")
			}
			*d = time.Duration(s * float64(time.Second))
			return nil
		})
	}
	list := func(name string, l *[]string, usage string, standard ...string) {
		*l = standard
		f.Func(name, usage+" (default "+strings.Join(standard, ",")+")", func(text string) error {
			*l = strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
			return nil
		})
	}
	f.StringVar(&o.work, "work", "", "`folder` of caches, checkpoints and runs, which may be large (default STATE/work)")
	seconds("budget", &o.budget, 0, "`seconds` for this call, some 20 of which may be needed to stop; 0: no bound")
	seconds("part-limit", &o.partLimit, 560, "`seconds` of one part at a time")
	list("parts", &o.parts, "`parts` to measure", facts.Parts...)
	list("models", &o.models, "`models`, the first first", "infogan", "ssgan")
	list("precisions", &o.precisions, "`precisions`, of which fp16 is left out where vkgan refuses it", "fp32", "fp16")
	f.StringVar(&o.device, "device", "", "`index`, name or UUID of another device than the best")
	f.StringVar(&o.python, "python", "python3", "`program` that may have PyTorch")
	f.StringVar(&o.peer, "peer-device", "cuda", "`device` of PyTorch: cuda or cpu; none: without PyTorch")
	list("peer-modes", &o.peerModes, "`modes` of PyTorch, the first first", "graph", "eager", "compile-graph", "compile")
	f.StringVar(&o.tests, "tests", ".", "regular `expression` of the tests to run")
	seconds("tune-seconds", &o.tune, 0, "`seconds` to tune each model for; 0: until all is tuned")
	f.IntVar(&o.rounds, "rounds", 3, "`turns` in which steps are timed")
	seconds("step-seconds", &o.step, 1, "`seconds` that a timing of steps takes, after half of that to warm up")
	f.IntVar(&o.profile, "kernel-steps", 50, "`steps` that the kernels' medians are over")
	f.IntVar(&o.epochs, "epochs", 300, "`epochs` of a training")
	f.IntVar(&o.maxSteps, "max-steps", 0, "`steps` of a training, for rehearsals; 0: as many as the epochs have")
	f.IntVar(&o.seeds, "seeds", 3, "`seeds` to train by, from 1 on")
	list("codes", &o.codes, "`numbers` of InfoGAN's codes to train with", "10", "20")
	var folders []string
	for rest := args; ; rest = f.Args()[1:] { // flags may follow the folder
		if err := f.Parse(rest); err != nil {
			return nil, err
		}
		if f.NArg() == 0 {
			break
		}
		folders = append(folders, f.Arg(0))
	}
	if len(folders) != 1 {
		return nil, errors.New("want one folder for the results: run.sh STATE (run.sh --help has the flags)")
	}
	for _, p := range o.parts {
		if !slices.Contains(facts.Parts, p) {
			return nil, fmt.Errorf("there is no part %q: %s", p, strings.Join(facts.Parts, ", "))
		}
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	k.folder = filepath.Dir(program)
	return k, k.open(folders[0])
}
