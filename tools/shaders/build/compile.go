package build

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"vkgan/tools/shaders/kernel"
)

// job is a kernel to compile, and what came of it.
type job struct {
	name   string
	source source
	entry  entry
	err    error
}

// compile brings the modules and entries of all that is stale up to date. Another version of the compiler makes
// everything stale.
func (m *manifest) compile(folder string, names []string, c *Compiler) (compiled []string, failed error) {
	all := c.absent == nil && c.version != m.Compiler
	jobs, failed := m.jobs(folder, names, all)
	if len(jobs) == 0 {
		return nil, failed
	}
	if c.absent != nil {
		return nil, errors.Join(failed, fmt.Errorf("to compile %s: %w", list(jobs), c.absent))
	}
	inParallel(jobs, func(j *job) { j.entry, j.err = refresh(folder, j.name, j.source, c) })
	for _, j := range jobs {
		if j.err != nil {
			failed = errors.Join(failed, j.err)
			m.distrust(j.name)
			continue
		}
		m.Kernels[j.name] = j.entry
		compiled = append(compiled, j.name)
	}
	m.Compiler = c.version
	return compiled, failed
}

// distrust makes a kernel's modules stale.
func (m *manifest) distrust(name string) {
	if e, ok := m.Kernels[name]; ok {
		e.Source = ""
		m.Kernels[name] = e
	}
}

func (m *manifest) jobs(folder string, names []string, all bool) (jobs []job, failed error) {
	for _, name := range names {
		s, err := readSource(folder, name)
		if err != nil {
			failed = errors.Join(failed, err)
			m.distrust(name)
		} else if all || m.Kernels[name].stale(folder, s) != "" {
			jobs = append(jobs, job{name: name, source: s})
		}
	}
	return jobs, failed
}

func list(jobs []job) string {
	names := make([]string, len(jobs))
	for i, j := range jobs {
		names[i] = j.name
	}
	return strings.Join(names, ", ")
}

func inParallel(jobs []job, do func(*job)) {
	var group sync.WaitGroup
	slots := make(chan struct{}, runtime.NumCPU())
	for i := range jobs {
		slots <- struct{}{}
		group.Go(func() {
			do(&jobs[i])
			<-slots
		})
	}
	group.Wait()
}

// refresh writes a kernel's modules and gives its entry. Modules that the generator cannot use are not written.
func refresh(folder, name string, s source, c *Compiler) (entry, error) {
	modules, err := c.compile(folder, name)
	if err != nil {
		return entry{}, err
	}
	k, err := kernel.Reflect(name, modules[0], modules[1])
	if err != nil {
		return entry{}, err
	}
	if _, err := kernel.Generate([]kernel.Kernel{k}); err != nil {
		return entry{}, err
	}
	e := entry{Flags: flags, Source: s.hash, Includes: s.includes, Outputs: map[string]string{}}
	for i, b := range builds {
		file := name + b.ending
		e.Outputs[file] = hash(modules[i])
		if err := write(filepath.Join(folder, "spv", file), modules[i]); err != nil {
			return entry{}, err
		}
	}
	return e, nil
}
