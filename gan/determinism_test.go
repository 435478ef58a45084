package gan

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"vkgan/layers"
	"vkgan/vk"
)

const childVariable = "VKGAN_TEST_CHILD"

// fingerprint trains the model for a few steps on noise and hashes all parameters and Adam's moments.
func fingerprint(d *vk.Device, seed uint64, o Options) (string, error) {
	r := InfoGANReference()
	r.BatchSize = 10
	side := 28
	if onSlowDriver {
		r.BatchSize, side = 4, 8
	}
	data, err := NewDataset(d, synthetic(11*r.BatchSize+3, 30, side, side, 10), r.TrainImages) // 11 steps an epoch; 3 images are left out
	if err != nil {
		return "", err
	}
	defer data.Free()
	m, err := NewInfoGAN(d, r, data, seed)
	if err != nil {
		return "", err
	}
	defer m.Free()
	o.MaxSteps, o.CalibrateOn = 13, 20
	trainer, err := NewTrainer(d, m, o, nobody{})
	if err != nil {
		return "", err
	}
	defer trainer.Free()
	if _, err := trainer.Run(context.Background()); err != nil {
		return "", err
	}
	hash := sha256.New()
	for _, params := range []*layers.Params{m.ParamsG, m.ParamsD} {
		for _, of := range []*vk.Buffer{params.Value, params.M, params.V} {
			content := make([]byte, of.All().Bytes())
			if err := d.Download(content, of.All()); err != nil {
				return "", err
			}
			hash.Write(content)
		}
	}
	return fmt.Sprintf("%x", hash.Sum(nil)), nil
}

// child prints the fingerprints of one seed under different cadences, then that of another seed.
func child() error {
	d, err := vk.Open(vk.Options{})
	if err != nil {
		return err
	}
	for _, run := range []struct {
		seed uint64
		Options
	}{
		{1, Options{StepsPerSubmission: 1}},
		{1, Options{StepsPerSubmission: 3, EvalEvery: 5, SampleEvery: 7, LogEvery: 1}},
		{1, Options{StepsPerSubmission: 10, EvalEvery: 12, SampleEvery: 4, LogEvery: 3, CheckpointSteps: 4}},
		{1, Options{}},
		{2, Options{}},
	} {
		print, err := fingerprint(d, run.seed, run.Options)
		if err != nil {
			return err
		}
		fmt.Println(print)
	}
	return d.Close()
}

// TestDeterminism starts this binary again in processes of their own. One seed leaves the same bytes in each, whatever
// the number of the driver's threads, of steps to a submission, and the cadence of evaluations, samples and lines;
// another seed does not.
func TestDeterminism(t *testing.T) {
	command := os.Args[:1]
	if run := os.Getenv("VKGAN_RUN"); run != "" { // the driver's own loader starts this process
		command = []string{run, os.Args[0]}
	}
	type process struct {
		*exec.Cmd
		out, err bytes.Buffer
	}
	var children []*process
	for _, threads := range []string{"1", "2"} {
		c := &process{Cmd: exec.CommandContext(t.Context(), command[0], command[1:]...)}
		c.Env = append(os.Environ(), childVariable+"=1", "LP_NUM_THREADS="+threads)
		c.Stdout, c.Stderr = &c.out, &c.err
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, c)
	}
	var all [][]string
	for _, c := range children {
		if err := c.Wait(); err != nil {
			t.Fatalf("%v: %v: %s", c.Args, err, c.err.String())
		}
		all = append(all, strings.Fields(c.out.String()))
	}
	for i, prints := range all {
		if len(prints) != 5 {
			t.Fatalf("child %d printed %q", i, prints)
		}
		for j, print := range prints[:4] {
			if print != all[0][0] {
				t.Errorf("child %d, cadence %d: %s; elsewhere the same seed gave %s", i, j, print, all[0][0])
			}
		}
		if prints[4] != all[0][4] {
			t.Errorf("child %d: the other seed gave %s, elsewhere %s", i, prints[4], all[0][4])
		}
	}
	if all[0][0] == all[0][4] {
		t.Error("two seeds give the same parameters")
	}
}
