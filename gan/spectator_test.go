package gan

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"vkgan/internal/devicetest"
	"vkgan/vk"
)

// meddler makes samples and explores between submissions, and dawdles.
type meddler struct {
	t        *testing.T
	d        *vk.Device
	sample   *vk.Program
	steps    []int
	phases   map[string]int
	progress int
}

func (m *meddler) Step(line Metrics) {
	m.steps = append(m.steps, line.Step)
	if line.LossD == nil || line.LossG == nil {
		m.t.Errorf("step %d has no losses", line.Step)
	}
}

func (m *meddler) Between(p Progress, _ <-chan struct{}) error {
	m.phases[p.Phase]++
	if p.Step < m.progress {
		m.t.Errorf("step %d after step %d", p.Step, m.progress)
	}
	m.progress = p.Step
	time.Sleep(rand.N(20 * time.Millisecond))
	_, err := m.d.Submit(m.sample, 1)
	return err
}

// Work between submissions changes no parameter, and the spectator sees every step once.
func TestSpectator(t *testing.T) {
	d := devicetest.Open(t, vk.Options{})
	r := InfoGANReference()
	r.BatchSize = 10
	train := func(watched bool) (state [][]uint32, eye *meddler) {
		m := newModel(t, d, r, synthetic(115, 30, 28, 28, 10), 1)
		eye = &meddler{t: t, d: d, phases: map[string]int{}}
		o := Options{MaxSteps: 13, StepsPerSubmission: 2, EvalEvery: 7, CheckpointSteps: 6}
		if watched {
			var err error
			eye.sample, err = newProgram(d, "meddle", func(rec *vk.Recorder) {
				m.Sample(rec)
				m.Explore(rec, m.wanted.Part(3, 20))
			})
			if err != nil {
				t.Fatal(err)
			}
			defer eye.sample.Free()
			o.Spectator = eye
		}
		if _, err := newTrainer(t, d, m, o, nobody{}).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		return stateWords(t, d, m), eye
	}
	plain, _ := train(false)
	watched, eye := train(true)
	for i := range plain {
		if !slices.Equal(plain[i], watched[i]) {
			t.Errorf("part %d of the state differs", i)
		}
	}
	for i, step := range eye.steps {
		if step != i+1 {
			t.Fatalf("steps %v", eye.steps)
		}
	}
	if len(eye.steps) != 13 || eye.phases["training"] < 7 || eye.phases["evaluating"] < 2 || eye.phases["calibrating"] < 2 {
		t.Errorf("%d steps, calls by phase %v", len(eye.steps), eye.phases)
	}
}

// firstLook keeps what a spectator is shown first.
type firstLook struct {
	m     Model
	t     *testing.T
	d     *vk.Device
	at    []Progress
	state [][]uint32
}

func (*firstLook) Step(Metrics) {}

func (f *firstLook) Between(p Progress, _ <-chan struct{}) error {
	if f.at = append(f.at, p); len(f.at) == 1 {
		f.state = stateWords(f.t, f.d, f.m)
	}
	return nil
}

func stateWords(t *testing.T, d *vk.Device, m Model) (state [][]uint32) {
	for _, s := range m.State() {
		state = append(state, words32(t, d, s.Range))
	}
	return state
}

// A spectator sees the first weights before a step, and those of the checkpoint where a run goes on with one.
func TestSpectatorSeesWhatARunBeginsWith(t *testing.T) {
	d, set := devicetest.Open(t, vk.Options{}), synthetic(40, 10, 8, 8, 3)
	r := InfoGANReference()
	r.BatchSize, r.Labels, r.ZDim = 5, 3, 4
	path := filepath.Join(t.TempDir(), "000002.safetensors")
	m := newModel(t, d, r, set, 1)
	first := stateWords(t, d, m)
	look := &firstLook{m: m, t: t, d: d}
	if _, err := newTrainer(t, d, m, Options{MaxSteps: 2, Spectator: look}, keeper{t: t, path: path}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	trained := stateWords(t, d, m)
	if !slices.EqualFunc(look.state, first, slices.Equal) || look.at[0].Submitted != 0 {
		t.Errorf("a new run is first shown at step %d", look.at[0].Submitted)
	}
	if slices.EqualFunc(trained, first, slices.Equal) {
		t.Fatal("training has changed nothing")
	}
	checkpoint, err := ReadCheckpoint(path)
	if err != nil {
		t.Fatal(err)
	}
	m = newModel(t, d, r, set, 2)
	look = &firstLook{m: m, t: t, d: d}
	trainer := newTrainer(t, d, m, Options{MaxSteps: 3, Spectator: look}, nobody{})
	if err := trainer.Restore(checkpoint); err != nil {
		t.Fatal(err)
	}
	if _, err := trainer.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(look.state, trained, slices.Equal) || look.at[0].Submitted != 2 {
		t.Errorf("a run that goes on from step 2 is first shown at step %d, with other weights", look.at[0].Submitted)
	}
}
