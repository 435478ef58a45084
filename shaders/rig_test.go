package shaders_test

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/vk"
)

// rig runs kernels on one build of the device and compares what they write with what they should.
type rig struct {
	*testing.T
	*rand.Rand // seeded by the test's name
	d          *vk.Device
	smoke      bool
	seen       map[*vk.Shader][][]uint32 // specialisations that ran
	tensors    []*tensor                 // of the case in progress
	quads      bool                      // its tensors begin on multiples of 16 bytes
}

// tensor is an argument in a buffer of its own, behind a margin of NaN, so that it begins anywhere.
type tensor struct {
	vk.Range
	words  []uint32 // the whole buffer's, as last seen
	margin int
}

// canary fills what no kernel has written: a NaN that no computation makes.
const canary = 0x7fdeadbf

// eachBuild runs a test on all builds of the device at once, with guard bands. Closing must find nothing to complain
// about, the validation layer's messages included.
func eachBuild(t *testing.T, smoke bool, test func(r *rig)) {
	for _, b := range builds(t) {
		t.Run(b.String(), func(t *testing.T) {
			t.Parallel()
			test(&rig{T: t, d: devicetest.Open(t, vk.Options{Build: &b, Guard: true}), smoke: smoke, seen: map[*vk.Shader][][]uint32{}})
		})
	}
}

// builds are the device's; one that it cannot run it refuses.
func builds(t *testing.T) []vk.Build {
	list := devicetest.Open(t, vk.Options{}).Info().Builds()
	if b := vk.Addresses; !slices.Contains(list, b) {
		if d, err := vk.Open(vk.Options{Build: &b}); err == nil {
			d.Close()
			t.Errorf("the device opens for a build that is none of its %v", list)
		}
	}
	return list
}

// sub runs a part of the test; its tensors are freed at its end.
func (r *rig) sub(name string, test func(r *rig)) {
	r.Run(name, func(t *testing.T) {
		seed := fnv.New64a()
		seed.Write([]byte(t.Name()))
		s := &rig{T: t, Rand: rand.New(rand.NewPCG(seed.Sum64(), 0)), d: r.d, smoke: r.smoke, seen: r.seen}
		defer s.free()
		test(s)
	})
}

// each runs check for every case, in smoke tests for the first alone.
func each[C any](r *rig, cases []C, check func(r *rig, c C)) {
	if r.smoke {
		cases = cases[:1]
	}
	for _, c := range cases {
		r.sub(fmt.Sprintf("%+v", c), func(r *rig) { check(r, c) })
	}
}

func (r *rig) free() {
	for _, t := range r.tensors {
		t.Buffer().Free()
	}
	r.tensors = nil
}

// lanes is the subgroup's size, the work-group of kernels that lay lanes along an axis.
func (r *rig) lanes() int { return int(r.d.Info().Limits.SubgroupSize) }

// uints makes a tensor of words.
func (r *rig) uints(values []uint32) *tensor {
	t := &tensor{margin: 1 + r.IntN(70)}
	if r.quads {
		t.margin = (t.margin + 3) / 4 * 4
	}
	t.words = append(slices.Repeat([]uint32{canary}, t.margin), values...)
	size := int64(len(t.words)) * 4
	b, err := r.d.NewBuffer(fmt.Sprintf("tensor %d", len(r.tensors)), size, vk.Local)
	if err != nil {
		r.Fatal(err)
	}
	t.Range = b.All().Slice(int64(t.margin)*4, size-int64(t.margin)*4)
	r.tensors = append(r.tensors, t)
	data := make([]byte, 0, size)
	for _, w := range t.words {
		data = binary.NativeEndian.AppendUint32(data, w)
	}
	if err := r.d.Upload(b.All(), data); err != nil {
		r.Fatal(err)
	}
	return t
}

func (r *rig) floats(values []float32) *tensor { return r.uints(mapped(values, math.Float32bits)) }

// out makes a tensor of n elements that the kernel is to write.
func (r *rig) out(n int) *tensor { return r.uints(slices.Repeat([]uint32{canary}, n)) }

// normals makes n standard normals.
func (r *rig) normals(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// below makes n numbers under limit.
func (r *rig) below(n int, limit uint32) []uint32 {
	x := make([]uint32, n)
	for i := range x {
		x[i] = r.Uint32N(limit)
	}
	return x
}

// run runs k and checks that it wrote into the arguments that it says it writes, and nowhere else.
func (r *rig) run(k vk.Dispatcher) {
	r.Helper()
	rec := r.d.NewRecorder(r.Name())
	rec.Dispatch(k)
	p, err := rec.End()
	if err != nil {
		r.Fatal(err)
	}
	defer p.Free()
	ticket, err := r.d.Submit(p, 1)
	if err == nil {
		err = r.d.Wait(ticket)
	}
	if err != nil {
		r.Fatal(err)
	}
	c := k.Call()
	r.seen[c.Shader] = append(r.seen[c.Shader], c.Specs)
	for i, t := range r.tensors {
		now, same := r.download(t.Buffer().All()), t.margin
		if !writes(c, t.Range) {
			same = len(now)
		}
		if !slices.Equal(now[:same], t.words[:same]) {
			r.Errorf("tensor %d was written to, or before", i)
		}
		t.words = now
	}
	if err := r.d.CheckGuards(); err != nil {
		r.Error(err)
	}
}

// writes reports whether c may write to x.
func writes(c vk.Call, x vk.Range) bool {
	for i, a := range c.Args {
		if a == x && c.Shader.Args[i].Access&vk.Write != 0 {
			return true
		}
	}
	return false
}

// refused checks that k cannot be recorded.
func (r *rig) refused(k vk.Dispatcher) {
	r.Helper()
	rec := r.d.NewRecorder(r.Name())
	rec.Dispatch(k)
	if p, err := rec.End(); err == nil {
		p.Free()
		r.Error("the device's limits are below what the kernel asks for, and it was recorded")
	}
}

func (r *rig) download(x vk.Range) []uint32 {
	r.Helper()
	data := make([]byte, x.Bytes())
	if err := r.d.Download(data, x); err != nil {
		r.Fatal(err)
	}
	words := make([]uint32, len(data)/4)
	for i := range words {
		words[i] = binary.NativeEndian.Uint32(data[4*i:])
	}
	return words
}

func (r *rig) result(t *tensor) []float32 { return mapped(r.download(t.Range), math.Float32frombits) }

// all is the range of a tensor, which may be none.
func (t *tensor) all() vk.Range {
	if t == nil {
		return vk.Range{}
	}
	return t.Range
}

func mapped[A, B any](x []A, f func(A) B) []B {
	y := make([]B, len(x))
	for i, v := range x {
		y[i] = f(v)
	}
	return y
}

// wide is x in the oracle's precision.
func wide(x []float32) []float64 { return mapped(x, func(v float32) float64 { return float64(v) }) }

func narrow(x []float64) []float32 { return mapped(x, func(v float64) float32 { return float32(v) }) }

func ceil(n, d int) uint32 { return uint32((n + d - 1) / d) }
