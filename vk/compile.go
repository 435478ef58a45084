package vk

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	vulkan "github.com/vulkan-go/vulkan"
)

// compilation is a pipeline to be made.
type compilation struct {
	call   Call
	place  string // in a recording, for errors
	module vulkan.ShaderModule
	layout layout
	made   vulkan.Pipeline
	err    error
}

// Compile makes the pipelines of what was recorded, several at a time
// (GOMAXPROCS), so that End finds them; End makes the missing ones itself. Of
// each that is done progress is told, unless it is nil, on this goroutine; it
// must not use the device. total counts those that were missing. The error is
// that of the first step whose pipeline cannot be made. Then it brings the
// cache of Options.Cache up to date.
func (d *Device) Compile(progress func(done, total int), recorded ...*Recorder) error {
	if err := d.usable(); err != nil {
		return err
	}
	err := d.compile(progress, recorded...)
	d.saveCache()
	return err
}

// compile is Compile, but for the cache's file.
func (d *Device) compile(progress func(done, total int), recorded ...*Recorder) error {
	d.pipelines.mu.Lock()
	defer d.pipelines.mu.Unlock()
	list, err := d.missingPipelines(recorded)
	if err != nil {
		return err
	}
	// Begun in order: all before one that fails are begun too, so that the first error does not depend on luck.
	next, done := make(chan *compilation), make(chan struct{})
	var failed atomic.Bool
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(list)) {
		workers.Go(func() {
			for c := range next {
				if d.createPipeline(c); c.err != nil {
					failed.Store(true)
				}
				done <- struct{}{}
			}
		})
	}
	go func() {
		for _, c := range list {
			if failed.Load() {
				break
			}
			next <- c
		}
		close(next)
		workers.Wait()
		close(done)
	}()
	n := 0
	for range done {
		if n++; progress != nil {
			progress(n, len(list))
		}
	}
	for _, c := range list {
		if c.made != vulkan.NullPipeline {
			d.pipelines.pipelines[c.call.pipelineKey()] = pipeline{c.made, c.layout}
			d.pipelines.cache.dirty = true
		}
	}
	for _, c := range list {
		if c.err != nil {
			return c.err
		}
	}
	return nil
}

// missingPipelines are those of what was recorded that there are not yet, each
// once, in their order, with modules and layouts.
func (d *Device) missingPipelines(recorded []*Recorder) ([]*compilation, error) {
	var list []*compilation
	seen := map[pipelineKey]bool{}
	for _, r := range recorded {
		for i, s := range r.steps {
			if s.kind != stepDispatch || r.err != nil {
				continue
			}
			key := s.call.pipelineKey()
			if _, there := d.pipelines.pipelines[key]; there || seen[key] {
				continue
			}
			seen[key] = true
			c := &compilation{call: s.call, place: fmt.Sprintf("step %d of %s: %s", i, r.name, s.Kernel)}
			var err error
			if c.module, err = d.module(s.call.Shader); err == nil {
				c.layout, err = d.layout(s.call.Shader)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.place, err)
			}
			list = append(list, c)
		}
	}
	return list, nil
}

// createPipeline makes c (section 10.2). It may run beside others.
func (d *Device) createPipeline(c *compilation) {
	s := c.call.Shader
	ids := make([]uint32, len(s.Specs))
	for i, spec := range s.Specs {
		ids[i] = spec.ID
	}
	made, r := d.native.createPipeline(d.pipelines.cache.handle, c.module, c.layout.handle, d.stageFlags(s, c.call.Specs), ids, c.call.Specs)
	if r != vulkan.Success {
		c.err = fmt.Errorf("%s: %w", c.place, d.fail(check("vkCreateComputePipelines", r)))
		return
	}
	c.made = made
	name(d, vulkan.ObjectTypePipeline, made, s.Name)
}
