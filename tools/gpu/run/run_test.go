package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vkgan/tools/gpu/facts"
)

// fakeKit is one whose vkgan-headless is a shell script.
func fakeKit(t *testing.T, script string, args ...string) *kit {
	t.Helper()
	folder, state := t.TempDir(), t.TempDir()
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("TORCHINDUCTOR_CACHE_DIR", "")
	write(t, filepath.Join(folder, "BUILD"), "vkgan test\nneeds nothing\n", 0o644)
	write(t, filepath.Join(folder, "vkgan-headless"), "#!/bin/sh\n"+script, 0o755)
	k, err := newKit(append([]string{state}, args...), io.Discard)
	if k == nil {
		t.Fatal(err)
	}
	k.folder = folder
	if err := k.lock.Close(); err != nil {
		t.Fatal(err)
	}
	if err := k.open(state); err != nil {
		t.Fatal(err)
	}
	k.log = io.Discard
	return k
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func head(t *testing.T, k *kit, part string) facts.Head {
	t.Helper()
	return *k.newTurn(find(part)).head
}

func find(name string) part {
	for _, p := range parts {
		if p.name == name {
			return p
		}
	}
	panic(name)
}

// Every part of the stored files has a runner, in the same order.
func TestPartsAreComplete(t *testing.T) {
	for i, p := range parts {
		if p.name != facts.Parts[i] {
			t.Errorf("part %d is %s, want %s", i, p.name, facts.Parts[i])
		}
		if got := facts.New(p.name).Common().Part; got != p.name {
			t.Errorf("the file of %s is that of %s", p.name, got)
		}
	}
}

func TestTooLittleBudget(t *testing.T) {
	k := fakeKit(t, "exit 1", "--budget", "21", "--parts", "costs,training")
	if left := k.measure(t.Context()); len(left) != 2 {
		t.Errorf("left %v", left)
	}
	h := head(t, k, "training")
	if h.Status != facts.LeftOut || !strings.Contains(h.Why, "of the budget are left, it wants 40") {
		t.Errorf("%+v", h)
	}
}

// A part that fails is named with what vkgan said, and stops no other; the next call tries again.
func TestAFailureStopsNoOther(t *testing.T) {
	k := fakeKit(t, `[ "$2" = device ] && { echo "vkgan: no device" >&2; exit 1; }
echo '{"model":"ssgan","precision":"fp32","peaks":{"fma_gflops":{"median":100}},"kernels":[]}'`,
		"--parts", "costs,kernels", "--models", "ssgan", "--precisions", "fp32")
	if left := k.measure(t.Context()); len(left) != 1 || left[0] != "costs" {
		t.Fatalf("left %v", left)
	}
	if h := head(t, k, "costs"); h.Status != facts.Failed || !strings.Contains(h.Why, "no device") || h.Kit != "vkgan test" {
		t.Errorf("%+v", h)
	}
	if h := head(t, k, "kernels"); h.Status != facts.Done {
		t.Errorf("%+v", h)
	}
	write(t, filepath.Join(k.folder, "vkgan-headless"), "#!/bin/sh\necho '{\"fma_gflops\":{\"median\":7}}'", 0o755)
	if left := k.measure(t.Context()); left != nil {
		t.Errorf("left %v", left)
	}
}

func TestNothingMeasuredIsAFailure(t *testing.T) {
	k := fakeKit(t, "exit 1", "--parts", "kernels", "--precisions", "fp32")
	k.measure(t.Context())
	if h := head(t, k, "kernels"); h.Status != facts.Failed || len(h.Failures) != 2 {
		t.Errorf("%+v", h)
	}
}

// What the kit did not live to end counts, until a turn gets on.
func TestKilledTurns(t *testing.T) {
	k := fakeKit(t, `echo '{"fma_gflops":{"median":7}}'`, "--parts", "costs")
	store := func(killed int) {
		c := &facts.Costs{Head: facts.Head{Part: "costs", Status: facts.Running, Killed: killed}}
		if err := facts.Write(k.state, "costs", c); err != nil {
			t.Fatal(err)
		}
	}
	store(tooOften - 1)
	k.measure(t.Context())
	if h := head(t, k, "costs"); h.Status != facts.Failed || !strings.Contains(h.Why, "remove") {
		t.Errorf("%+v", h)
	}
	store(0)
	k.measure(t.Context())
	if h := head(t, k, "costs"); h.Status != facts.Done || h.Killed != 0 {
		t.Errorf("%+v", h)
	}
}

// A turn whose time is over ends the program that it runs, and the part is to be gone on with.
func TestTurnsTimeIsOver(t *testing.T) {
	k := fakeKit(t, "sleep 60 & wait", "--parts", "costs", "--part-limit", "0.3")
	begin := time.Now()
	left := k.measure(t.Context())
	if took := time.Since(begin); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
	if h := head(t, k, "costs"); len(left) != 1 || h.Status != facts.Partial {
		t.Errorf("%v, %+v", left, h)
	}
}

func TestInterrupt(t *testing.T) {
	k := fakeKit(t, "kill -TERM $PPID; sleep 60")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if left := k.measure(ctx); len(left) != len(parts) {
		t.Errorf("left %v", left)
	}
}

func TestWrongUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"a", "b"}, {"--parts", "nothing", "a"}, {"--budget", "x", "a"}} {
		if _, err := newKit(args, io.Discard); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}

const testOutput = `=== RUN   TestA
--- PASS: TestA (0.10s)
=== RUN   TestB
=== RUN   TestB/x
    b_test.go:3: 1 is not 2
    --- FAIL: TestB/x (0.20s)
--- FAIL: TestB (0.25s)
=== RUN   TestC
    c_test.go:4: no window
--- SKIP: TestC (0.00s)
=== RUN   TestD
panic: it breaks
`

func TestTestLog(t *testing.T) {
	var got []facts.Test
	log := testLog{store: func(r facts.Test) { got = append(got, r) }}
	for line := range strings.Lines(testOutput) {
		log.line(strings.TrimSuffix(line, "\n"))
	}
	if len(got) != 3 || got[0].Result != "pass" || got[0].Seconds != 0.1 || got[1].Result != "fail" || got[2].Result != "skip" {
		t.Fatalf("%+v", got)
	}
	if !strings.Contains(got[1].Output, "1 is not 2") || log.name != "TestD" || log.failures != 2 {
		t.Errorf("%+v, %+v", got[1], log)
	}
}

// A test that ends its process is a crash; the tests behind it run in another process.
func TestACrashStopsNoTest(t *testing.T) {
	k := fakeKit(t, "exit 1", "--parts", "tests")
	for _, p := range packages {
		script := "#!/bin/sh\n"
		if p == "layers" {
			script += `case "$*" in *-test.list*) printf 'TestBad\nTestGood\nTestModulesAreValid\nok\n' ;;
*TestBad*) echo "=== RUN   TestBad"; echo "panic: boom"; exit 2 ;;
*) echo "=== RUN   TestGood"; echo "--- PASS: TestGood (0.01s)" ;; esac`
		}
		write(t, filepath.Join(k.folder, "src", p, p+".test"), script, 0o755)
	}
	if left := k.measure(t.Context()); left != nil {
		t.Fatalf("left %v", left)
	}
	f := k.newTurn(find("tests")).value.(*facts.Tests)
	if r := f.Results; len(r) != 2 || r[0].Result != "crash" || r[0].Output != "panic: boom" || r[1].Result != "pass" || f.Packages["layers"] != 2 {
		t.Errorf("%+v", f)
	}
}

// A training whose folder has a run goes on with that; a killed one's last line may be half.
func TestTrainingGoesOn(t *testing.T) {
	k := fakeKit(t, `echo "$*" >>"$0.calls"
while [ "$1" != --out ]; do shift; done
mkdir -p "$2/00001-x"
echo '{}' >"$2/00001-x/run.json"
echo '{"step":550,"epoch":1,"time_s":3,"test_error":0.25}
{"step":5' >"$2/00001-x/metrics.jsonl"
[ -e "$0.twice" ] || { touch "$0.twice"; sleep 60 & wait; }`,
		"--parts", "training", "--models", "ssgan", "--seeds", "1", "--precisions", "fp32", "--part-limit", "1")
	least := leastTraining
	t.Cleanup(func() { leastTraining = least })
	leastTraining = 0
	for range 2 {
		k.measure(t.Context())
	}
	f := k.newTurn(find("training")).value.(*facts.Training)
	if r := f.Runs; len(r) != 1 || r[0].Status != facts.Done || r[0].Step != 550 || *r[0].TestError != 0.25 || len(r[0].Curve) != 1 {
		t.Errorf("%+v", f)
	}
	calls, err := os.ReadFile(filepath.Join(k.folder, "vkgan-headless.calls"))
	lines := bytes.Split(bytes.TrimSpace(calls), []byte("\n"))
	if err != nil || len(lines) != 2 || !bytes.Contains(lines[1], []byte("--resume")) {
		t.Errorf("%s, %v", calls, err)
	}
}

func TestThin(t *testing.T) {
	list := make([]facts.Point, 300)
	for i := range list {
		list[i].Epoch = float64(i + 1)
	}
	if got := thin(list); len(got) != 60 || got[59].Epoch != 300 || got[0].Epoch != 5 {
		t.Errorf("%d: %+v", len(got), got)
	}
}

// The tables of an earlier machine's calls come back where the cache is new.
func TestTablesAreRestored(t *testing.T) {
	k := fakeKit(t, "exit 1")
	if err := facts.Write(k.state, "tuning", &facts.Tuning{Tables: map[string]string{"gpu.json": "{}"}}); err != nil {
		t.Fatal(err)
	}
	k.restoreTables()
	if got := k.newTurn(find("tuning")).tables(); got["gpu.json"] != "{}" {
		t.Errorf("%v", got)
	}
}

// vkgan and PyTorch are timed in turns; what PyTorch cannot do is noted once.
func TestStepsInTurns(t *testing.T) {
	k := fakeKit(t, `echo '{"step_ms_median": 2.5, "precision": "fp32"}'`,
		"--parts", "steps", "--models", "ssgan", "--precisions", "fp32", "--rounds", "2", "--peer-modes", "graph,compile")
	python := filepath.Join(k.folder, "python")
	write(t, python, `#!/bin/sh
[ "$1" != -c ] || { echo '{"version": "2", "cuda": "a GPU"}'; exit; }
while read -r line; do
	case $line in *amp-fp16*) echo '{"error": "no"}'; exit 1 ;; *) echo '{"step_ms_median": 5}' ;; esac
done
`, 0o755)
	k.python = python
	if left := k.measure(t.Context()); left != nil {
		t.Fatalf("left %v", left)
	}
	f := k.newTurn(find("steps")).value.(*facts.Steps)
	var order []string
	for _, r := range f.Runs {
		order = append(order, r.Engine[:1]+r.Mode[:1]+r.Precision)
	}
	want := "vbfp32 tgfp32 tgtf32 tgamp-bf16 vbfp32 tgfp32 tgtf32 tgamp-bf16 tcfp32 tctf32 tcamp-bf16 tcfp32 tctf32 tcamp-bf16"
	if got := strings.Join(order, " "); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if len(f.Failures) != 2 {
		t.Errorf("%+v", f.Failures)
	}
}

// Where there is a tuning table, the built-in kernels are timed beside the tuned ones.
func TestStepsOfBothChoices(t *testing.T) {
	k := fakeKit(t, `case "$*" in *--deterministic*) ms=3 ;; *) ms=2 ;; esac; echo "{\"step_ms_median\": $ms}"`,
		"--parts", "steps", "--models", "ssgan", "--precisions", "fp32", "--rounds", "1")
	k.python = "/nowhere"
	write(t, filepath.Join(k.work, "cache", "vkgan", "tuning", "gpu.json"), "{}", 0o644)
	if left := k.measure(t.Context()); left != nil {
		t.Fatalf("left %v", left)
	}
	took := map[string]float64{}
	for _, r := range k.newTurn(find("steps")).value.(*facts.Steps).Runs {
		took[r.Mode] = r.MedianMS
	}
	if !maps.Equal(took, map[string]float64{"tuned": 2, builtIn: 3}) {
		t.Errorf("%v", took)
	}
}

func TestLastLines(t *testing.T) {
	if got := lastLines("a\n\nb\nc\n d \n", 2, 100); got != "c; d" {
		t.Error(got)
	}
	if err := explain(nil, "x"); err != nil {
		t.Error(err)
	}
	if err := explain(errOver, " x\n"); !errors.Is(err, errOver) || !strings.HasSuffix(err.Error(), ": x") {
		t.Error(err)
	}
}
