package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"vkgan/gan"
)

// past is the run that --resume names, and where it goes on; nil for its very beginning.
type past struct {
	run        *gan.Run
	checkpoint *gan.Checkpoint
	took       time.Duration // to read it
}

// take gives the run away: the caller ends it from now on.
func (p *past) take() *gan.Run {
	run := p.run
	p.run = nil
	return run
}

// closing leaves the run, unless it was taken, to others after work that ended with err.
func (p *past) closing(err error) error {
	if p == nil || p.run == nil {
		return err
	}
	return errors.Join(err, p.run.Close())
}

// recall fills the flags that were not given from the run of --resume or --config, which is nil without --resume.
func (t *trainFlags) recall(c *cobra.Command, m trainable) (*past, error) {
	if err := t.chooseRecipe(c, m); err != nil {
		return nil, err
	}
	if t.config != "" {
		return nil, t.recallConfig(c, m)
	}
	if t.resume == "" {
		return nil, nil
	}
	before, err := newPast(t.out, t.resume)
	if err != nil {
		return nil, err
	}
	run := before.run
	if run.Info.Model != m.name {
		err = wrongUsage(c, "%s is of model %s: `vkgan train %s` goes on with it", run.Dir, run.Info.Model, run.Info.Model)
	} else if in := filepath.Join(run.Dir, ".."); c.Flags().Changed("out") && !same(t.out, in) {
		err = wrongUsage(c, "--out is %s, but a run is gone on with where it is, in %s: leave --out away, or begin a new run with --config", t.out, in)
	} else {
		err = refill(c, m, run.Info, true)
	}
	if err != nil {
		return nil, before.closing(err)
	}
	return before, nil
}

// newPast is openPast by the clock.
func newPast(out, name string) (*past, error) {
	start := time.Now()
	run, checkpoint, err := openPast(out, name)
	if err != nil {
		return nil, err
	}
	return &past{run, checkpoint, time.Since(start)}, nil
}

// recallConfig fills the flags that were not given from the run of --config.
func (t *trainFlags) recallConfig(c *cobra.Command, m trainable) error {
	info, err := readConfig(t.config)
	if err != nil {
		return err
	}
	if info.Model != m.name {
		return wrongUsage(c, "%s is of model %s: `%s %s` takes it", t.config, info.Model, c.Parent().CommandPath(), info.Model)
	}
	if info.Import != nil {
		return fmt.Errorf("%s is of a run that began with imported weights: import them again to begin another", t.config)
	}
	t.repeats = &info
	return refill(c, m, info, false)
}

// readConfig reads a run.json, or that of a run folder.
func readConfig(path string) (gan.RunInfo, error) {
	if at, err := os.Stat(path); err == nil && !at.IsDir() {
		return gan.ReadRunFile(path)
	}
	return gan.ReadRun(path)
}

// openPast opens the run of a folder, a number, "latest" or a checkpoint's file.
func openPast(out, name string) (run *gan.Run, checkpoint *gan.Checkpoint, err error) {
	dir := ""
	if isFile(name) {
		if checkpoint, err = gan.ReadCheckpoint(name); err == nil {
			dir, err = checkpoint.RunFolder()
		}
	} else {
		dir, err = gan.FindRun(out, name)
	}
	if err != nil {
		return nil, nil, err
	}
	if run, err = gan.OpenRun(dir); err != nil {
		return nil, nil, err
	}
	if checkpoint == nil {
		checkpoint, err = gan.LatestCheckpoint(run.Dir)
	}
	if err == nil && checkpoint != nil && checkpoint.Info.ID != run.Info.ID {
		err = fmt.Errorf("%s is a checkpoint of another run than %s", checkpoint.Path, dir)
	}
	if err != nil {
		return nil, nil, errors.Join(err, run.Close())
	}
	return run, checkpoint, nil
}

// bounds are the flags of which each may end a run.
var bounds = []string{"epochs", "max-steps", "max-time"}

// refill sets every flag that was not given to the run's value. The same run can be gone on with only under its own recipe
// and seed, and measured on the same images; its bounds make way for those that are given, of which a plan is new in a new run.
func refill(c *cobra.Command, m trainable, info gan.RunInfo, same bool) error {
	recipe, err1 := m.recipeTexts(info.Recipe)
	options, err2 := flagTexts(info.Options)
	seeds, err3 := flagTexts(info.Seeds)
	if err := errors.Join(err1, err2, err3); err != nil {
		return fmt.Errorf("run.json: %w", err)
	}
	// Whether images are held out and kernels tuned, and the precision, belongs to a run as its recipe does.
	choices := map[string]string{"validate": "false", "deterministic": "false", "precision": string(fp32)} // of runs from before there was a choice
	for name := range choices {
		if value, found := options[name]; found {
			choices[name] = value
			delete(options, name)
		}
	}
	if slices.ContainsFunc(bounds, c.Flags().Changed) {
		for _, name := range bounds {
			delete(options, name)
		}
		if !same { // nor does the plan of the decay
			delete(recipe, "planned-steps")
		}
	}
	if c.Flags().Lookup("seed") == nil { // a sweep has seeds of its own
		seeds = nil
	}
	for _, group := range []struct {
		values map[string]string
		fixed  bool
	}{{recipe, same}, {seeds, same}, {choices, same}, {options, false}} {
		for name, value := range group.values {
			if err := refillFlag(c, "run", name, value, group.fixed); err != nil {
				return err
			}
		}
	}
	return nil
}

// refillFlag is refill of one flag, from what a run or a sweep was begun with.
func refillFlag(c *cobra.Command, of, name, value string, fixed bool) error {
	f := c.Flags().Lookup(name)
	if f == nil {
		return fmt.Errorf("%s.json has a setting %q that this version of vkgan does not know", of, name)
	}
	given := f.Value.String()
	if err := f.Value.Set(value); err != nil {
		return fmt.Errorf("%s.json: %s is %q: %w", of, name, value, err)
	}
	if !f.Changed || f.Value.String() == given {
		return nil
	}
	if fixed {
		return wrongUsage(c, "--%s is %s, but the %s was begun with %s and would not be the same %s: leave it out, or begin a new one with --config",
			name, given, of, value, of)
	}
	return f.Value.Set(given)
}

// flagTexts gives the fields of a JSON object as the texts of flags.
func flagTexts(object any) (map[string]string, error) {
	text, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for key, value := range fields {
		name, text := strings.ReplaceAll(key, "_", "-"), string(value)
		if err := json.Unmarshal(value, &text); err != nil {
			text = string(value) // no string: as it stands
		}
		texts[name] = text
	}
	return texts, nil
}
