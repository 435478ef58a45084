package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"vkgan/tools/gpu/facts"
)

// kit is an unpacked kit at work.
type kit struct {
	options
	folder string // the kit's
	state  string // of the results
	build  string // of the kit
	log    io.Writer
	end    time.Time // of the budget; zero: none
	lock   *os.File
}

// open makes the folders and the environment that every program is started in.
func (k *kit) open(state string) (err error) {
	if k.state, err = filepath.Abs(state); err != nil {
		return err
	}
	if k.work == "" {
		k.work = filepath.Join(k.state, "work")
	}
	if k.work, err = filepath.Abs(k.work); err != nil {
		return err
	}
	cache := filepath.Join(k.work, "cache")
	for _, dir := range []string{k.state, filepath.Join(cache, "vkgan"), filepath.Join(k.work, "training")} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
	}
	if k.lock, err = os.Create(filepath.Join(k.work, "lock")); err != nil {
		return err
	}
	if err := syscall.Flock(int(k.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("%s is in use by another run.sh: wait for it, or name another --work", k.work)
	}
	os.Setenv("XDG_CACHE_HOME", cache)
	os.Setenv("TORCHINDUCTOR_CACHE_DIR", filepath.Join(cache, "torchinductor"))
	// MNIST lies in the kit once, where vkgan and the tests look for it.
	mnist := filepath.Join(cache, "vkgan", "mnist")
	os.Remove(mnist) // the kit may have moved
	if err := os.Symlink(filepath.Join(k.folder, "mnist"), mnist); err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(k.state, "log.txt"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	k.log = io.MultiWriter(os.Stdout, file)
	text, err := os.ReadFile(filepath.Join(k.folder, "BUILD"))
	if err != nil {
		return fmt.Errorf("this is no unpacked kit: %w; start its run.sh", err)
	}
	k.build, _, _ = strings.Cut(string(text), "\n")
	k.restoreTables()
	if k.budget > 0 {
		k.end = time.Now().Add(k.budget)
	}
	fmt.Fprintf(k.log, "== %s: %s\n", time.Now().UTC().Format(time.RFC3339), k.build)
	return nil
}

// part is one of the kit's parts.
type part struct {
	name  string
	least time.Duration // that must be left for it to begin
	first time.Duration // that it gets before the others have had their turn
	run   func(*turn) error
}

var parts = []part{
	{"device", 10 * time.Second, 60 * time.Second, deviceTurn},
	{"tests", 20 * time.Second, 90 * time.Second, testsTurn},
	{"costs", 10 * time.Second, 40 * time.Second, costsTurn},
	{"tuning", 20 * time.Second, 60 * time.Second, tuningTurn},
	{"steps", 30 * time.Second, 200 * time.Second, stepsTurn},
	{"kernels", 15 * time.Second, 60 * time.Second, kernelsTurn},
	{"training", 40 * time.Second, 120 * time.Second, trainingTurn},
}

// stopping is what is kept of a budget to end a program in good order.
const stopping = 20 * time.Second

// measure takes all parts in turns: a short one each, then long ones, until all are done, none gets on, or the time is over. A
// part that fails has no further turn in this call. It names the parts that are not done.
func (k *kit) measure(ctx context.Context) (left []string) {
	failed := map[string]bool{}
	for round := 0; ; round++ {
		left = nil
		moved := false
		for _, p := range parts {
			if !slices.Contains(k.parts, p.name) {
				continue
			}
			t := k.newTurn(p)
			if t.head.Status == facts.Done {
				continue
			}
			if ctx.Err() != nil || failed[p.name] {
				left = append(left, p.name)
				continue
			}
			limit := k.partLimit
			if round == 0 && len(k.parts) > 1 {
				limit = min(limit, p.first)
			}
			moved = t.take(ctx, limit) || moved
			failed[p.name] = t.head.Status == facts.Failed
			if t.head.Status != facts.Done {
				left = append(left, p.name)
			}
		}
		if len(left) == 0 || !moved || ctx.Err() != nil {
			return left
		}
	}
}

// remaining is what is left of the budget, less the time to stop.
func (k *kit) remaining() time.Duration {
	if k.end.IsZero() {
		return 1000 * time.Hour
	}
	return time.Until(k.end) - stopping
}
