package vk

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	vulkan "github.com/vulkan-go/vulkan"
)

// pipeline is a shader under one set of specialisation constants.
type pipeline struct {
	handle vulkan.Pipeline
	layout layout
}

// layout is what a pipeline is given: bindings and push constants.
type layout struct {
	handle vulkan.PipelineLayout
	set    vulkan.DescriptorSetLayout // null in the Addresses build
}

type pipelineKey struct {
	shader *Shader
	specs  string
}

type layoutKey struct{ bindings, push int }

// pipelines are what is made of shaders, for the life of the device.
type pipelines struct {
	mu        sync.Mutex
	modules   map[*Shader]vulkan.ShaderModule
	sets      map[int]vulkan.DescriptorSetLayout // by number of bindings
	layouts   map[layoutKey]layout
	pipelines map[pipelineKey]pipeline
	cache     pipelineCache
}

func (p *pipelines) init() {
	p.modules, p.pipelines = map[*Shader]vulkan.ShaderModule{}, map[pipelineKey]pipeline{}
	p.sets, p.layouts = map[int]vulkan.DescriptorSetLayout{}, map[layoutKey]layout{}
}

func (c Call) pipelineKey() pipelineKey { return pipelineKey{c.Shader, string(Bytes(c.Specs))} }

// pipeline is c's, which compile has made.
func (d *Device) pipeline(c Call) pipeline {
	d.pipelines.mu.Lock()
	defer d.pipelines.mu.Unlock()
	return d.pipelines.pipelines[c.pipelineKey()]
}

// stageFlags asks a CPU driver, and any for cooperative matrices, for full
// subgroups where the work-group size comes from a specialisation constant and
// is a multiple of a subgroup.
func (d *Device) stageFlags(s *Shader, specs []uint32) uint32 {
	info := &d.physical.info
	if (d.CPU() || s.Features.Has(CooperativeMatrix)) && s.Local[0] == 0 && info.Capabilities.Has(FullSubgroups) && s.local(specs)[0]%max(1, info.Limits.SubgroupSize) == 0 {
		return requireFullSubgroups
	}
	return 0
}

const spirvMagic = 0x07230203

func (d *Device) module(s *Shader) (vulkan.ShaderModule, error) {
	c := &d.pipelines
	if m, ok := c.modules[s]; ok {
		return m, nil
	}
	code := s.Code[d.build]
	if len(code) < 20 || len(code)%4 != 0 || binary.NativeEndian.Uint32(code) != spirvMagic {
		return vulkan.NullShaderModule, fmt.Errorf("there is no SPIR-V for the %s build", d.build)
	}
	m, r := d.native.createModule(code)
	if r != vulkan.Success {
		return m, d.fail(check("vkCreateShaderModule", r))
	}
	c.modules[s] = m
	return m, nil
}

// layout returns the layout of s's arguments, shared by all shaders alike.
func (d *Device) layout(s *Shader) (layout, error) {
	c := &d.pipelines
	key := layoutKey{push: s.pushBytes(d.build)}
	if d.build == Storage {
		key.bindings = len(s.Args)
	}
	if l, ok := c.layouts[key]; ok {
		return l, nil
	}
	var l layout
	var r vulkan.Result
	if key.bindings > 0 {
		var ok bool
		if l.set, ok = c.sets[key.bindings]; !ok {
			if l.set, r = d.native.createSetLayout(key.bindings); r != vulkan.Success {
				return l, d.fail(check("vkCreateDescriptorSetLayout", r))
			}
			c.sets[key.bindings] = l.set
		}
	}
	if l.handle, r = d.native.createPipelineLayout(l.set, key.push); r != vulkan.Success {
		return l, d.fail(check("vkCreatePipelineLayout", r))
	}
	c.layouts[key] = l
	return l, nil
}

func (d *Device) destroyPipelines() {
	c := &d.pipelines
	for _, p := range c.pipelines {
		vulkan.DestroyPipeline(d.handle, p.handle, nil)
	}
	for _, l := range c.layouts {
		vulkan.DestroyPipelineLayout(d.handle, l.handle, nil)
	}
	for _, s := range c.sets {
		vulkan.DestroyDescriptorSetLayout(d.handle, s, nil)
	}
	for _, m := range c.modules {
		vulkan.DestroyShaderModule(d.handle, m, nil)
	}
	vulkan.DestroyPipelineCache(d.handle, c.cache.handle, nil)
}

// fits says which limit or feature of the device c breaks, if any.
func (c Call) fits(d *Device) error {
	s, info := c.Shader, &d.physical.info
	l := &info.Limits
	switch {
	case len(c.Args) != len(s.Args):
		return fmt.Errorf("%d arguments, not %d", len(c.Args), len(s.Args))
	case len(c.Push) != len(s.Push):
		return fmt.Errorf("%d push constants, not %d", len(c.Push), len(s.Push))
	case len(c.Specs) != len(s.Specs):
		return fmt.Errorf("%d specialisation constants, not %d", len(c.Specs), len(s.Specs))
	case !info.Capabilities.Has(s.Features):
		return fmt.Errorf("the device lacks %s", s.Features&^info.Capabilities)
	case s.pushBytes(d.build) > int(l.MaxPush):
		return fmt.Errorf("%d bytes of push constants; maxPushConstantsSize is %d", s.pushBytes(d.build), l.MaxPush)
	case s.Shared > l.MaxShared:
		return fmt.Errorf("%d bytes of shared memory; maxComputeSharedMemorySize is %d", s.Shared, l.MaxShared)
	case d.build == Storage && len(s.Args) > int(l.MaxBindings):
		return fmt.Errorf("%d arguments; maxPerStageDescriptorStorageBuffers is %d", len(s.Args), l.MaxBindings)
	}
	local := s.local(c.Specs)
	if n := uint64(local[0]) * uint64(local[1]) * uint64(local[2]); n == 0 || n > uint64(l.MaxInvocations) {
		return fmt.Errorf("work groups of %d invocations; maxComputeWorkGroupInvocations is %d", n, l.MaxInvocations)
	}
	for i := range 3 {
		if local[i] > l.MaxGroupSize[i] {
			return fmt.Errorf("work groups of %v; maxComputeWorkGroupSize is %v", local, l.MaxGroupSize)
		}
		if c.Groups[i] == 0 || c.Groups[i] > l.MaxGroups[i] {
			return fmt.Errorf("%v work groups; maxComputeWorkGroupCount is %v", c.Groups, l.MaxGroups)
		}
	}
	for i, r := range c.Args {
		if err := c.fitsArg(d, r); err != nil {
			return fmt.Errorf("argument %s: %w", s.Args[i].Name, err)
		}
	}
	return nil
}

// withUnused gives the arguments that c leaves out, all of them only read, a
// buffer of the device's that nothing writes: a descriptor must be valid even
// where the kernel does not reach it.
func (c Call) withUnused(d *Device) (Call, error) {
	if len(c.Args) != len(c.Shader.Args) {
		return c, nil
	}
	args := slices.Clone(c.Args)
	for i, r := range args {
		if !r.IsZero() || c.Shader.Args[i].Access != Read {
			continue
		}
		unused, err := d.unused()
		if err != nil {
			return c, err
		}
		args[i] = unused.All()
	}
	c.Args = args
	return c, nil
}

func (d *Device) newUnused() (*Buffer, error) {
	b, err := d.newBuffer("unused", Align, Local, true)
	if err != nil {
		return nil, err
	}
	return b, d.initialise(b)
}

func (c Call) fitsArg(d *Device, r Range) error {
	if err := r.on(d); err != nil {
		return err
	}
	if r.bytes == 0 || r.offset%4 != 0 {
		return fmt.Errorf("%s: want at least one byte, from a multiple of 4 on", r)
	}
	if b := bound(r, d.physical.info.Limits.StorageAlign); d.build == Storage && b.bytes > d.physical.info.Limits.MaxStorageRange {
		return fmt.Errorf("%s: %d bytes in one storage buffer; maxStorageBufferRange is %d", r, b.bytes, d.physical.info.Limits.MaxStorageRange)
	}
	return nil
}

// bound is the part of r's block that the Storage build binds: r, from the
// last allowed offset before it, in whole words.
func bound(r Range, align int64) span {
	at := alignDown(r.start(), align)
	return span{at, alignUp(r.start()+r.bytes, 4) - at}
}

// pushBlock appends c's push constants for d's build to block.
func (c Call) pushBlock(d *Device, block []byte) []byte {
	for _, r := range c.Args {
		if d.build == Addresses {
			block = binary.NativeEndian.AppendUint64(block, r.address())
		} else {
			at := bound(r, d.physical.info.Limits.StorageAlign).at
			block = binary.NativeEndian.AppendUint32(block, uint32((r.start()-at)/4))
		}
	}
	return append(block, Bytes(c.Push)...)
}
