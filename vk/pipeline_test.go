package vk

import (
	"slices"
	"testing"
)

func TestCallsThatDoNotFit(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		d.physical.info.Limits.MaxGroupSize[2] = 2
		l := d.Info().Limits
		x, y := buffer(t, d, "x", 4000, Local), buffer(t, d, "y", 4000, Local)
		good := scale{x: x.All(), y: y.All(), rate: 1}.Call()
		shader := func(change func(s *Shader)) *Shader {
			s := *scaleShader
			change(&s)
			return &s
		}
		for want, spoil := range map[string]func(c *Call){
			"dispatch without a shader":            func(c *Call) { c.Shader = nil },
			"1 arguments, not 2":                   func(c *Call) { c.Args = c.Args[:1] },
			"0 push constants, not 2":              func(c *Call) { c.Push = nil },
			"1 specialisation constants, not 2":    func(c *Call) { c.Specs = c.Specs[:1] },
			"argument y: no range is given":        func(c *Call) { c.Args[1] = Range{} },
			"want at least one byte":               func(c *Call) { c.Args[0] = x.All().Slice(4, 0) },
			"from a multiple of 4 on":              func(c *Call) { c.Args[0] = x.All().Slice(2, 8) },
			"maxComputeWorkGroupCount":             func(c *Call) { c.Groups[1] = 0 },
			"work groups; maxComputeWorkGroupCoun": func(c *Call) { c.Groups[2] = l.MaxGroups[2] + 1 },
			"maxComputeWorkGroupInvocations is":    func(c *Call) { c.Specs[0] = l.MaxInvocations + 1 },
			"work groups of 0 invocations":         func(c *Call) { c.Specs[0] = 0 },
			"maxComputeSharedMemorySize is":        func(c *Call) { c.Shader = shader(func(s *Shader) { s.Shared = l.MaxShared + 1 }) },
			"maxPushConstantsSize is": func(c *Call) {
				c.Shader, c.Push = shader(func(s *Shader) { s.Push = make([]string, 9999) }), make([]uint32, 9999)
			},
			"there is no SPIR-V for the": func(c *Call) { c.Shader = shader(func(s *Shader) { s.Code = [2][]byte{} }) },
			"maxComputeWorkGroupSize is": func(c *Call) {
				c.Shader = shader(func(s *Shader) { s.Local = [3]uint32{1, 1, 3} })
			},
		} {
			c := good
			c.Args, c.Specs = slices.Clone(c.Args), slices.Clone(c.Specs)
			spoil(&c)
			r := d.NewRecorder("bad")
			r.Dispatch(rawCall(c))
			_, err := r.End()
			mustFail(t, err, want)
		}
	})
}

func TestFeaturesThatTheDeviceLacksAreRefused(t *testing.T) {
	d := open(t, Options{Validate: layerInstalled(t)})
	b := buffer(t, d, "b", 4, Local)
	if err := d.Upload(b.All(), Bytes([]uint32{7})); err != nil {
		t.Fatal(err)
	}
	r := d.NewRecorder("wide")
	r.Dispatch(wide{b.All()})
	p, err := r.End()
	if d.Info().Capabilities.Has(Int64) {
		if err != nil {
			t.Fatal(err)
		}
		defer p.Free()
		run(t, d, p, 1)
		same(t, "product", asWords(download(t, d, b.All())), []uint32{3})
	} else {
		mustFail(t, err, "the device lacks shaderInt64")
	}
	unknown := *scaleShader
	unknown.Features = 1 << 31
	c := scale{x: b.All(), y: b.All()}.Call()
	c.Shader = &unknown
	if missing := unknown.Features &^ d.Info().Capabilities; missing != 0 {
		mustFail(t, c.fits(d), "the device lacks")
	}
}

func TestArgumentsMayBeLeftOutWhereTheyAreOnlyRead(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		y := buffer(t, d, "y", 64, Local)
		upload(t, d, y.All(), []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
		before := d.Usage()
		c := scale{x: y.All(), y: y.All(), rate: 2, bias: 3}.Call()
		c.Args[0], c.Push[0] = Range{}, 0 // no elements: x is not reached
		p := program(t, d, "left out", func(r *Recorder) {
			r.Dispatch(rawCall(c))
			r.Dispatch(rawCall(c))
		})
		run(t, d, p, 1)
		if y := floats(t, d, y.All()); y[15] != 15 {
			t.Errorf("y = %v", y)
		}
		if !c.Args[0].IsZero() {
			t.Error("the caller's arguments are changed")
		}
		if d.Usage() != before {
			t.Errorf("usage %+v, before %+v", d.Usage(), before)
		}
	})
}

func TestRangesBeyondAStorageBuffer(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		limit := d.Info().Limits.MaxStorageRange
		if limit > 1<<27 {
			d.physical.info.Limits.MaxStorageRange = 1 << 20 // a smaller limit shows the same
			limit = 1 << 20
		}
		b := buffer(t, d, "long", limit+256, Local)
		err := count{s: b.All()}.Call().fitsArg(d, b.All())
		if d.Build() == Addresses {
			if err != nil {
				t.Error(err)
			}
		} else {
			mustFail(t, err, "maxStorageBufferRange is ")
			if err := (count{}).Call().fitsArg(d, b.All().Slice(256, limit)); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestBoundRanges(t *testing.T) {
	b := &Buffer{block: &block{}, at: 512, bytes: 1000}
	for _, c := range []struct {
		offset, bytes, align int64
		want                 span
	}{
		{0, 1000, 64, span{512, 1000}},
		{4, 8, 64, span{512, 12}},
		{68, 5, 64, span{576, 12}},
		{260, 4, 16, span{768, 8}},
		{264, 2, 4, span{776, 4}},
	} {
		if got := bound(b.All().Slice(c.offset, c.bytes), c.align); got != c.want {
			t.Errorf("bound of %d bytes at %d, aligned to %d: %v, want %v", c.bytes, c.offset, c.align, got, c.want)
		}
	}
}

func TestPushBlock(t *testing.T) {
	b := &Buffer{block: &block{native: nativeBlock{address: 0x1_0000_0000}}, at: 512, bytes: 1000}
	c := Call{Args: []Range{b.All().Slice(260, 4), b.All()}, Push: []uint32{7, 8}}
	d := &Device{build: Addresses}
	d.physical.info.Limits.StorageAlign = 256
	same(t, "addresses", asWords(c.pushBlock(d, nil)), []uint32{772, 1, 512, 1, 7, 8})
	d.build = Storage
	same(t, "storage", asWords(c.pushBlock(d, nil)), []uint32{1, 0, 7, 8})
}

func TestPipelinesAreMadeOnce(t *testing.T) {
	eachBuild(t, func(t *testing.T, d *Device) {
		x, y := buffer(t, d, "x", 640, Local), buffer(t, d, "y", 640, Local)
		steps := func(r *Recorder) {
			r.Dispatch(scale{x: x.All(), y: y.All(), rate: 1})
			r.Dispatch(scale{x: y.All(), y: x.All(), rate: 2})
			r.Dispatch(scale{x: y.All(), y: x.All(), rate: 2, bias: 3})
			r.Dispatch(count{s: x.All()})
		}
		program(t, d, "a", steps)
		program(t, d, "b", steps)
		c := &d.pipelines
		if len(c.pipelines) != 3 || len(c.modules) != 2 {
			t.Errorf("%d pipelines of %d modules, want 3 of 2", len(c.pipelines), len(c.modules))
		}
	})
}

func TestFullSubgroupsOnCPUs(t *testing.T) {
	d := &Device{}
	i := &d.physical.info
	i.Type, i.Capabilities, i.Limits.SubgroupSize = CPU, FullSubgroups, 16
	if f := d.stageFlags(scaleShader, []uint32{32, 0}); f != requireFullSubgroups {
		t.Errorf("flags %d for a multiple", f)
	}
	if f := d.stageFlags(scaleShader, []uint32{24, 0}); f != 0 {
		t.Errorf("flags %d for no multiple", f)
	}
	if f := d.stageFlags(countShader, nil); f != 0 {
		t.Errorf("flags %d for a fixed size", f)
	}
	i.Type = Discrete
	if f := d.stageFlags(scaleShader, []uint32{32, 0}); f != 0 {
		t.Errorf("flags %d on a GPU", f)
	}
	i.Type, i.Capabilities = CPU, 0
	if f := d.stageFlags(scaleShader, []uint32{32, 0}); f != 0 {
		t.Errorf("flags %d without the feature", f)
	}
}
