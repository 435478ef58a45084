// Command ablation asks what each ingredient of recipe best is worth: it trains best, and best without each of them, with the same
// seeds, and measures the error on the held-out training images after the last step.
//
//	go run ./tools/ablation --out DIR [--first-seed 1] [--seeds 3] [--only REGEXP] [--epochs 10] [--jobs 2] [--vkgan bin/vkgan]
//		ssgan|infogan [-- FLAG…]
//
// Of ssgan, runs draw their labelled images by their own seed too. Flags behind -- go to every `vkgan sweep` ahead of the
// variant's own. --only leaves out variants whose names do not match, best excepted. The first seed is run for all, then the
// second: what there is can be compared at any time, in DIR/ablation.md and DIR/ablation.json. Of several --jobs each has a
// share of the processors: two of one thread on two cores get more done than one of two. Ctrl-C stops in good order; the same
// command goes on.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sync/errgroup"

	"vkgan/gan"
)

// study is what the command line asks for.
type study struct {
	model, out, vkgan        string
	firstSeed, seeds, epochs int
	jobs                     int      // sweeps at a time
	flags                    []string // for every sweep
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ablation:", err)
	}
	switch {
	case ctx.Err() != nil:
		os.Exit(130)
	case err != nil:
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var s study
	flag.StringVar(&s.out, "out", "", "folder of the results, of one study alone")
	flag.StringVar(&s.vkgan, "vkgan", filepath.Join("bin", "vkgan"), "program")
	flag.IntVar(&s.firstSeed, "first-seed", 1, "the first seed")
	flag.IntVar(&s.seeds, "seeds", 3, "so many seeds")
	only := flag.String("only", "", "`regular expression` of variants' names; best is always run")
	flag.IntVar(&s.epochs, "epochs", 10, "of each run")
	flag.IntVar(&s.jobs, "jobs", 1, "so many runs at a time")
	flag.Parse()
	s.model = flag.Arg(0)
	if s.flags = flag.Args()[min(1, flag.NArg()):]; len(s.flags) > 0 && s.flags[0] == "--" {
		s.flags = s.flags[1:]
	}
	names, err := regexp.Compile(*only)
	if err != nil {
		return fmt.Errorf("--only: %w", err)
	}
	variants, known := variants[s.model]
	if s.out == "" || s.firstSeed < 1 || s.seeds < 1 || s.jobs < 1 || !known {
		return errors.New("usage: ablation --out DIR [--first-seed N] [--seeds N] [--only REGEXP] [--epochs N] [--jobs N] [--vkgan FILE] ssgan|infogan [-- FLAG…]")
	}
	variants = slices.DeleteFunc(slices.Clone(variants), func(v variant) bool { return v.name != "best" && !names.MatchString(v.name) })
	for seeds := 1; seeds <= s.seeds; seeds++ {
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(s.jobs)
		for _, v := range variants {
			group.Go(func() error {
				if err := s.sweep(ctx, v, seeds); err != nil {
					return err
				}
				return s.report(variants)
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// sweep runs a variant's first so many seeds, as far as they have not ended.
func (s study) sweep(ctx context.Context, v variant, seeds int) error {
	last := s.firstSeed + seeds - 1
	args := []string{"sweep", "train", s.model, "--out", s.folder(v), "--seeds", fmt.Sprintf("%d..%d", s.firstSeed, last)}
	info, begun, err := s.begun(v)
	switch {
	case err != nil:
		return err
	case begun && len(info.Results) >= seeds:
		return nil
	case begun:
		args = append(args, "--resume", "latest")
	default:
		args = append(args, "--recipe", "best", "--validate", "--epochs", strconv.Itoa(s.epochs))
		if s.model == "ssgan" {
			args = append(args, "--own-labels")
		}
		args = slices.Concat(args, s.flags, v.flags) // the last of two is the one that counts
	}
	fmt.Printf("\n%s, seed %d\n", v.name, last)
	c := exec.CommandContext(ctx, s.vkgan, args...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if s.jobs > 1 {
		c.Env = append(os.Environ(), "LP_NUM_THREADS="+strconv.Itoa(max(1, runtime.NumCPU()/s.jobs)))
	}
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the terminal's Ctrl-C comes through Cancel, once
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	err = c.Run()
	if ctx.Err() != nil {
		return errors.New("stopped; the same command goes on")
	}
	if info, _, err2 := s.begun(v); err2 == nil && len(info.Results) >= seeds {
		return nil // a run that diverges is a result
	}
	return err
}

func (s study) folder(v variant) string { return filepath.Join(s.out, v.name) }

// begun is a variant's sweep, if there is one.
func (s study) begun(v variant) (gan.SweepInfo, bool, error) {
	if _, err := os.Stat(s.folder(v)); errors.Is(err, os.ErrNotExist) {
		return gan.SweepInfo{}, false, nil
	}
	sweeps, err := gan.Sweeps(s.folder(v))
	if err != nil || len(sweeps) == 0 {
		return gan.SweepInfo{}, false, err
	}
	last := sweeps[len(sweeps)-1]
	return last.Info, true, last.Err
}
