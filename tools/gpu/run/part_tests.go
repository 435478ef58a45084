package main

import (
	"bufio"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"vkgan/tools/gpu/facts"
)

// Packages are tested in this order: a kernel that computes nonsense shows in the first.
var packages = []string{"layers", "shaders", "vk", "gan"}

// elsewhere are tests that need the SPIR-V validator or onnxruntime, whose answers are the same on every machine.
var elsewhere = regexp.MustCompile(`^TestModulesAreValid$|InONNXRuntime$`)

// testsTurn runs the test suite: the smoke tests of all packages first, then the rest, then what was cut at the end of a turn.
func testsTurn(t *turn) error {
	f := t.value.(*facts.Tests)
	s := suite{turn: t, file: f, names: map[string][]string{}}
	if f.Packages == nil {
		f.Packages = map[string]int{}
	}
	for _, p := range packages {
		if err := s.list(p); err != nil {
			t.failed("tests of "+p, err)
		}
		f.Packages[p] = len(s.names[p])
	}
	for _, wanted := range []func(pkg, name string) bool{
		func(pkg, name string) bool { return strings.Contains(name, "Smoke") && s.result(pkg, name) == nil },
		func(pkg, name string) bool { return s.result(pkg, name) == nil },
		func(pkg, name string) bool {
			r := s.result(pkg, name)
			return r != nil && r.Result == cut && r.Cuts < 2
		},
	} {
		for _, p := range packages {
			if err := s.all(p, wanted); err != nil {
				return err
			}
		}
	}
	return t.unless(len(f.Results) > 0)
}

// The results that Go's tests do not have.
const (
	crash = "crash"
	cut   = "cut"
)

type suite struct {
	*turn
	file  *facts.Tests
	names map[string][]string
}

func (s *suite) binary(pkg string) string {
	return filepath.Join(s.folder, "src", pkg, pkg+".test")
}

// list asks a package for its tests.
func (s *suite) list(pkg string) error {
	out, err := run(s.ctx, s.binary(pkg), "-test.list", s.tests)
	if err != nil {
		return err
	}
	for line := range strings.Lines(out) {
		if name := strings.TrimSpace(line); strings.HasPrefix(name, "Test") && !elsewhere.MatchString(name) {
			s.names[pkg] = append(s.names[pkg], name)
		}
	}
	return nil
}

func (s *suite) result(pkg, name string) *facts.Test {
	i := slices.IndexFunc(s.file.Results, func(r facts.Test) bool { return r.Package == pkg && r.Name == name })
	if i < 0 {
		return nil
	}
	return &s.file.Results[i]
}

// all runs the wanted tests of a package. A test that ends the process is noted, and the rest run in another.
func (s *suite) all(pkg string, wanted func(pkg, name string) bool) error {
	for {
		var names []string
		for _, name := range s.names[pkg] {
			if wanted(pkg, name) {
				names = append(names, name)
			}
		}
		if len(names) == 0 {
			return nil
		}
		before := s.gain
		err := s.some(pkg, names)
		if s.over() {
			return errOver
		}
		if err != nil && s.gain == before {
			s.failed("tests of "+pkg, err)
			return nil
		}
	}
}

// some runs tests in one process, until one of them ends it.
func (s *suite) some(pkg string, names []string) error {
	c := command(s.ctx, s.binary(pkg), "-test.v", "-test.timeout", "0", "-test.run", "^("+strings.Join(names, "|")+")$")
	c.Dir = filepath.Dir(s.binary(pkg))
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	c.Stderr = c.Stdout
	if err := c.Start(); err != nil {
		return err
	}
	defer reap(c)
	log := testLog{store: func(r facts.Test) { s.store(pkg, r) }}
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		if line != "" {
			log.line(strings.TrimSuffix(line, "\n"))
		}
		if err != nil {
			break
		}
	}
	err = c.Wait()
	if log.name != "" {
		result := crash
		if s.over() {
			result = cut
		}
		log.end(log.name, result, time.Since(log.begun).Seconds())
	}
	if _, failed := errors.AsType[*exec.ExitError](err); failed && log.failures > 0 {
		return nil // the tests say why
	}
	return err
}

func (s *suite) store(pkg string, r facts.Test) {
	r.Package = pkg
	if old := s.result(pkg, r.Name); old != nil {
		r.Cuts = old.Cuts
		*old = r
	} else {
		s.file.Results = append(s.file.Results, r)
	}
	if r.Result == cut {
		s.result(pkg, r.Name).Cuts++
		s.save()
		return
	}
	s.gain++
	s.save()
	if r.Result != "pass" {
		fmt.Fprintf(s.log, "   %s %s %s (%.1f s)\n", r.Result, pkg, r.Name, r.Seconds)
	}
}

// testLog reads what a test binary prints with -test.v.
type testLog struct {
	store    func(facts.Test)
	name     string // of the running test; "": none
	begun    time.Time
	said     []string
	failures int
}

var verdict = regexp.MustCompile(`^--- (PASS|FAIL|SKIP): (\S+) \(([0-9.]+)s\)`)

func (l *testLog) line(text string) {
	if name, found := strings.CutPrefix(text, "=== RUN   "); found && !strings.Contains(name, "/") {
		l.name, l.begun, l.said = name, time.Now(), nil
		return
	}
	if m := verdict.FindStringSubmatch(text); m != nil {
		var seconds float64
		fmt.Sscan(m[3], &seconds)
		l.end(m[2], strings.ToLower(m[1]), seconds)
		return
	}
	if strings.HasPrefix(text, "=== ") {
		return
	}
	if l.said = append(l.said, text); len(l.said) > 80 {
		l.said = l.said[1:]
	}
}

// end stores a test's result. The end of a crash says less than its beginning, but only the end is sure to be there.
func (l *testLog) end(name, result string, seconds float64) {
	r := facts.Test{Name: name, Result: result, Seconds: seconds}
	if result != "pass" {
		l.failures++
		r.Output = strings.Join(l.said, "\n")
		r.Output = r.Output[max(0, len(r.Output)-3000):]
	}
	l.name, l.said = "", nil
	l.store(r)
}
