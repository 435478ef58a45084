package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// recall fills the flags that were not given from the run of --resume or --config, which is nil without --resume.
func (t *trainFlags) recall(c *cobra.Command) (*past, error) {
	if t.config != "" {
		info, err := readConfig(t.config)
		if err != nil {
			return nil, err
		}
		if info.Model != t.model {
			return nil, wrongUsage(c, "%s is of model %s: `vkgan train %s` takes it", t.config, info.Model, info.Model)
		}
		return nil, t.refill(c, info, false)
	}
	if t.resume == "" {
		return nil, nil
	}
	start := time.Now()
	run, checkpoint, err := openPast(t.out, t.resume)
	took := time.Since(start)
	if err != nil {
		return nil, err
	}
	if run.Info.Model != t.model {
		err = wrongUsage(c, "%s is of model %s: `vkgan train %s` goes on with it", run.Dir, run.Info.Model, run.Info.Model)
	} else {
		err = t.refill(c, run.Info, true)
	}
	if err != nil {
		return nil, errors.Join(err, run.Close())
	}
	return &past{run, checkpoint, took}, nil
}

// readConfig reads a run.json, or that of a run folder.
func readConfig(path string) (gan.RunInfo, error) {
	if at, err := os.Stat(path); err == nil && !at.IsDir() {
		return gan.ReadRunFile(path)
	}
	return gan.ReadRun(path)
}

// openPast opens the run of a folder, a number, "latest" or a checkpoint's file.
func openPast(out, name string) (*gan.Run, *gan.Checkpoint, error) {
	isFile := strings.HasSuffix(name, ".safetensors")
	dir := filepath.Dir(filepath.Dir(name))
	if !isFile {
		var err error
		if dir, err = gan.FindRun(out, name); err != nil {
			return nil, nil, err
		}
	}
	run, err := gan.OpenRun(dir)
	if err != nil {
		return nil, nil, err
	}
	var checkpoint *gan.Checkpoint
	if isFile {
		checkpoint, err = gan.ReadCheckpoint(name)
	} else {
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

// refill sets every flag that was not given to the run's value. The same run can be gone on with only under its own recipe
// and seed, and measured on the same images; its bounds make way for those that are given.
func (t *trainFlags) refill(c *cobra.Command, info gan.RunInfo, same bool) error {
	recipe, err1 := flagTexts(info.Recipe)
	options, err2 := flagTexts(info.Options)
	seeds, err3 := flagTexts(info.Seeds)
	if err := errors.Join(err1, err2, err3); err != nil {
		return fmt.Errorf("run.json: %w", err)
	}
	// Whether images are held out belongs to a run as its recipe does.
	validate := map[string]string{"validate": "false"} // of runs from before there was a choice
	if value, found := options["validate"]; found {
		validate["validate"] = value
		delete(options, "validate")
	}
	bounds := []string{"epochs", "max-steps", "max-time"}
	for _, bound := range bounds {
		if c.Flags().Changed(bound) {
			for _, name := range bounds {
				delete(options, name)
			}
			break
		}
	}
	for _, group := range []struct {
		values map[string]string
		fixed  bool
	}{{recipe, same}, {seeds, same}, {validate, same}, {options, false}} {
		for name, value := range group.values {
			if err := refillFlag(c, name, value, group.fixed); err != nil {
				return err
			}
		}
	}
	return nil
}

func refillFlag(c *cobra.Command, name, value string, fixed bool) error {
	f := c.Flags().Lookup(name)
	if f == nil {
		return fmt.Errorf("run.json has a setting %q that this version of vkgan does not know", name)
	}
	given := f.Value.String()
	if err := f.Value.Set(value); err != nil {
		return fmt.Errorf("run.json: %s is %q: %w", name, value, err)
	}
	if !f.Changed || f.Value.String() == given {
		return nil
	}
	if fixed {
		return wrongUsage(c, "--%s is %s, but the run was begun with %s and would not be the same run: leave it out, or begin a new one with --config", name, given, value)
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
