package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"vkgan/gan"
)

func of(v float64) *float64 { return &v }

var (
	early  = gan.Progress{Phase: "compiling kernels", Steps: 165000}
	midway = gan.Progress{
		Phase: "training", Step: 1234, Steps: 165000, Epoch: 2.2436, ImagesPerS: 411.7, ETA: 3*time.Hour + 12*time.Minute,
		Last: gan.Metrics{LossD: of(1.25), LossG: of(0.75), LossCode: of(0.5), TestError: of(0.334)},
	}
	timed = gan.Progress{Phase: "evaluating", Step: 7, Epoch: 0.01}
	tests = gan.Metrics{Step: 1100, Epoch: 2, TimeS: 267, TestError: of(0.334), TestErrorHungarian: of(0.41), NMI: of(0.6125)}
)

func TestProgressLine(t *testing.T) {
	for _, test := range []struct {
		p    gan.Progress
		want string
	}{
		{early, "step 0/165,000  compiling kernels  epoch 0.00"},
		{midway, "step 1,234/165,000  epoch 2.24  412 images/s  ETA 3 h 12 min  loss D 1.250 G 0.750 code 0.500  test error 33.4 %"},
		{timed, "step 7  evaluating  epoch 0.01"},
	} {
		if got := progressLine(test.p); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	if got, want := testedLine(tests), "step 1,100  epoch 2.00  test error 33.4 %  one-to-one 41.0 %  NMI 0.613  after 4 min 27 s"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Errors on validation images are not called test errors.
func TestValidationErrorIsCalledThat(t *testing.T) {
	m := gan.Metrics{Step: 1100, Epoch: 2, TimeS: 267, ValidationError: of(0.334), ValidationErrorHungarian: of(0.41)}
	if got, want := testedLine(m), "step 1,100  epoch 2.00  validation error 33.4 %  one-to-one 41.0 %  after 4 min 27 s"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := progressLine(gan.Progress{Phase: "training", Step: 1100, Epoch: 2, Last: m}), "step 1,100  epoch 2.00  validation error 33.4 %"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	golden(t, "summary/validation.txt", summary(gan.Result{Step: 1100, Last: m, Tested: 1100}, "infogan", "runs/00003-infogan-l10", "runs/00003-infogan-l10/samples/final.png"))
}

func TestPlainView(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(0, 0)
	v := &plainConsole{out: &out, now: func() time.Time { return now }}
	for i, p := range []gan.Progress{early, midway, midway, midway, timed, midway} {
		now = time.Unix(int64(4*i), 0)
		v.progress(p)
	}
	v.tested(tests)
	v.clear()
	text := out.String()
	if lines := strings.Split(text, "\n"); len(lines) != 4 || !strings.Contains(lines[0], "compiling") ||
		!strings.Contains(lines[1], "1,234") || !strings.Contains(lines[2], "NMI") || strings.Contains(text, "\r") {
		t.Errorf("lines at 0 s, 12 s, and the errors: %q", text)
	}
}

func TestLiveView(t *testing.T) {
	var out bytes.Buffer
	v := &liveConsole{out: &out, width: func() int { return 20 }}
	v.progress(midway)
	v.tested(tests)
	v.clear()
	want := eraseLine + "step 1,234/165,000 " + eraseLine + testedLine(tests) + "\n" + eraseLine
	if out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

func TestNewView(t *testing.T) {
	var out bytes.Buffer
	if _, ok := newConsole(&out, false).(*plainConsole); !ok {
		t.Error("what is no terminal gets a live line")
	}
	v := newConsole(&out, true)
	v.say("x")
	v.progress(midway)
	v.tested(tests)
	v.clear()
	if out.Len() != 0 {
		t.Errorf("quiet says %q", out.String())
	}
}

func TestSummary(t *testing.T) {
	r := gan.Result{Step: 1234, Elapsed: 301 * time.Second, Last: gan.Metrics{Epoch: 2.2436, TestError: of(0.334), TestErrorHungarian: of(0.41)}}
	r.Tested = 1234
	golden(t, "summary/done.txt", summary(r, "infogan", "runs/00003-infogan-l10", "runs/00003-infogan-l10/samples/final.png"))
	r.Stopped, r.Tested = true, 1100
	golden(t, "summary/stopped.txt", summary(r, "infogan", "runs/00003-infogan-l10", "runs/00003-infogan-l10/samples/final.png"))
	r.Last, r.Tested = gan.Metrics{Epoch: 0.1}, 0
	golden(t, "summary/early.txt", summary(r, "infogan", "runs/00003-infogan-l10", "runs/00003-infogan-l10/samples/final.png"))
}
