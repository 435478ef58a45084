package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"time"

	"vkgan/gan"
	"vkgan/layers"
	"vkgan/vk"
)

// tabling gives the tuning table for a model's operations on a device; nil: the built-in choice.
type tabling func(d *vk.Device, operations []fmt.Stringer) (vk.Tuning, error)

// tuningVariable, set to "off", makes every run begin as with --deterministic: for tests, and for machines whose users want
// the same kernels everywhere.
const tuningVariable = "VKGAN_TUNING"

// briefTuning bounds the tuning before a first run; tests have less time.
var briefTuning = 20 * time.Second

// recordedTable is that of a run that has begun; nil: the built-in choice.
func recordedTable(t vk.Tuning) tabling {
	return func(*vk.Device, []fmt.Stringer) (vk.Tuning, error) { return t, nil }
}

// storedTable gives what is known of the operations without tuning, and warns on say of a file that cannot be used.
func storedTable(say io.Writer) tabling {
	return func(d *vk.Device, operations []fmt.Stringer) (vk.Tuning, error) {
		if os.Getenv(tuningVariable) == "off" {
			return nil, nil
		}
		return partOf(newTuningStore(d, say).read(), operations), nil
	}
}

// firstTable gives the table of the run that is repeated, else what is known of the operations; what is missing is tuned briefly, and
// stored.
func (t *trainFlags) firstTable(ctx context.Context, w *watcher) tabling {
	return func(d *vk.Device, operations []fmt.Stringer) (vk.Tuning, error) {
		if t.deterministic || os.Getenv(tuningVariable) == "off" {
			return nil, nil
		}
		if t.repeatsOn(d, operations) {
			return partOf(t.repeats.Tuning, operations), nil
		}
		store := newTuningStore(d, w.streams.err)
		table := store.read()
		missing := missingIn(table, operations)
		if len(missing) == 0 || t.dryRun {
			return partOf(table, operations), nil
		}
		w.view.say("tuning      kernels for this device, once, for at most %s (--deterministic: the built-in choice)", span(briefTuning))
		begin, done, tuned := time.Now(), 0, 0
		var wrong error
		progress := func() {
			w.view.progress(gan.Progress{Phase: fmt.Sprintf("tuning kernels, %d of %d", done, len(missing))})
		}
		progress()
		found := vk.Tuning{}
		err := layers.Tune(ctx, another(d, t.device), missing, begin.Add(briefTuning), func(x layers.Tuned) {
			found[x.Operation], wrong = x.Best, errors.Join(wrong, x.Wrong())
			if done++; x.Tried > 0 {
				tuned++
			}
			progress()
		})
		w.view.clear()
		if err := errors.Join(err, wrong); err != nil {
			return nil, err
		}
		w.view.say("tuned       %d of %d operations in %s (`vkgan tune` takes its time)", tuned, len(missing), span(time.Since(begin)))
		table, err = store.add(found)
		if err != nil && !errors.Is(err, errNoCache) {
			fmt.Fprintf(w.streams.err, "vkgan: the tuning serves this run alone: %v\n", err)
		}
		return partOf(table, operations), w.event("tuned", map[string]any{"operations": len(missing), "measured": tuned, "time_s": time.Since(begin).Seconds()})
	}
}

// repeatsOn tells whether the run of --config was trained here, and the operations are still its own.
func (t *trainFlags) repeatsOn(d *vk.Device, operations []fmt.Stringer) bool {
	r := t.repeats
	if r == nil {
		return false
	}
	device, driver := gan.Hardware(d)
	here := device.UUID == r.Device.UUID && device.Build == r.Device.Build && driver == r.Driver
	return here && (r.Tuning == nil || len(missingIn(r.Tuning, operations)) == 0)
}

// another gives what opens more devices like d, each for tuning alone: the kernels that are compiled there are not kept, nor cached.
func another(d *vk.Device, device string) func() (*vk.Device, error) {
	o, half := vk.Options{Device: device, AsGPU: d.Info().Type == vk.CPU && !d.CPU()}, d.Half()
	return func() (*vk.Device, error) {
		d, err := openBareDevice(o, io.Discard)
		if err == nil {
			d.SetHalf(half)
		}
		return d, err
	}
}

// partOf is a table without what is not among the operations, nil if nothing is left.
func partOf(table vk.Tuning, operations []fmt.Stringer) vk.Tuning {
	part := vk.Tuning{}
	for _, o := range operations {
		if v := table[o.String()]; v != "" {
			part[o.String()] = v
		}
	}
	if len(part) == 0 {
		return nil
	}
	return part
}

func missingIn(table vk.Tuning, operations []fmt.Stringer) (list []fmt.Stringer) {
	for _, o := range operations {
		if table[o.String()] == "" {
			list = append(list, o)
		}
	}
	return list
}

// tuningStore is the user's cache of tuning tables, where the device's is.
type tuningStore struct {
	folder string // "": a user without a cache folder
	key    gan.TuningKey
	say    io.Writer
}

func newTuningStore(d *vk.Device, say io.Writer) tuningStore {
	return tuningStore{folder: userCache("tuning"), key: gan.NewTuningKey(d), say: say}
}

// read gives the device's table, empty if there is none that can be used.
func (s tuningStore) read() vk.Tuning {
	if s.folder == "" {
		return vk.Tuning{}
	}
	table, err := gan.ReadTuning(s.folder, s.key)
	if err != nil {
		fmt.Fprintf(s.say, "vkgan: no tuning table: %v\n", err)
	}
	if table == nil {
		table = vk.Tuning{}
	}
	return table
}

var errNoCache = errors.New("there is no folder to keep tuning in: set HOME or XDG_CACHE_HOME")

// add puts what was found into the device's table, and gives the whole, also where it cannot be stored.
func (s tuningStore) add(found vk.Tuning) (vk.Tuning, error) {
	table := s.read() // again: another process may have tuned meanwhile
	maps.Copy(table, found)
	if s.folder == "" {
		return table, errNoCache
	}
	return table, gan.WriteTuning(s.folder, s.key, table)
}

// tunedJSON is an element of `vkgan tune --json`.
type tunedJSON struct {
	layers.Tuned
	Before float64 `json:"before_ms"`
	After  float64 `json:"after_ms"`
}

func newTunedJSON(x layers.Tuned) tunedJSON {
	return tunedJSON{x, x.Before.Seconds() * 1e3, x.After.Seconds() * 1e3}
}

// printTuned writes a line of `vkgan tune`, and one for each variant that was dropped.
func printTuned(out io.Writer, x layers.Tuned, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(newTunedJSON(x))
	}
	ms := func(d time.Duration) float64 { return d.Seconds() * 1e3 }
	var err error
	switch {
	case x.Tried == 0:
		_, err = fmt.Fprintf(out, "%s\n    not measured: %s\n", x.Operation, x.BuiltIn)
	case x.Best == x.BuiltIn:
		_, err = fmt.Fprintf(out, "%s\n    %8.3f ms  %s, the best of %d\n", x.Operation, ms(x.After), x.Best, x.Tried)
	default:
		_, err = fmt.Fprintf(out, "%s\n    %8.3f ms  %s, the best of %d; built in: %.3f ms, %s\n", x.Operation, ms(x.After), x.Best, x.Tried, ms(x.Before), x.BuiltIn)
	}
	for _, dropped := range x.Dropped {
		fmt.Fprintf(out, "    dropped %s: %s\n", dropped.Variant, dropped.Reason)
	}
	return err
}
