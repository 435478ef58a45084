package vk

/*
#cgo CFLAGS: -std=gnu11
#cgo LDFLAGS: -ldl
#cgo noescape vkg_submit
#cgo nocallback vkg_submit
#cgo noescape vkg_wait_fence
#cgo nocallback vkg_wait_fence
#include "native.h"
#include <stdlib.h>
*/
import "C"

import (
	"runtime"
	"strings"
	"sync"
	"unsafe"

	vulkan "github.com/vulkan-go/vulkan"
)

// The bits of Features are native.h's.
var _ = [1]struct{}{}[BufferAddress-C.VKG_BUFFER_ADDRESS|Int64-C.VKG_INT64|Int16-C.VKG_INT16|Int8-C.VKG_INT8|Float16-C.VKG_FLOAT16|Float64-C.VKG_FLOAT64|
	Storage16-C.VKG_STORAGE16|Storage8-C.VKG_STORAGE8|ScalarLayout-C.VKG_SCALAR_LAYOUT|MemoryModel-C.VKG_MEMORY_MODEL|
	SubgroupSize-C.VKG_SUBGROUP_SIZE|FullSubgroups-C.VKG_FULL_SUBGROUPS|CooperativeMatrix-C.VKG_COOPERATIVE_MATRIX|SubgroupBasic-C.VKG_SUBGROUP_BASIC]

// handle reads the 8 bytes of a Vulkan handle; some drivers' are not pointers.
func handle[T any](h T) C.vkg_handle { return *(*C.vkg_handle)(unsafe.Pointer(&h)) }

// dispatchable reads a handle that is a pointer into the loader.
func dispatchable[T any](h T) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&h)) }

// out is where C writes a new handle.
func out[T any](h *T) *C.vkg_handle { return (*C.vkg_handle)(unsafe.Pointer(h)) }

// array is the first element of s as C's type T, and its length.
func array[T, E any](s []E) (*T, C.uint32_t) {
	return (*T)(unsafe.Pointer(unsafe.SliceData(s))), C.uint32_t(len(s))
}

var loader struct {
	once sync.Once
	why  string // empty: loaded
	sync.Mutex
	instanced bool // vulkan-go has its instance functions
}

// load opens libvulkan.so.1 once per process and gives it to vulkan-go, whose
// own loader wants the development package's libvulkan.so. It returns why it
// could not.
func load() string {
	loader.once.Do(func() {
		var why [256]C.char
		proc := C.vkg_load(&why[0], C.uint32_t(len(why)))
		if proc == nil {
			loader.why = C.GoString(&why[0])
			return
		}
		vulkan.SetGetInstanceProcAddr(proc)
		if err := vulkan.Init(); err != nil {
			loader.why = err.Error()
		}
	})
	return loader.why
}

type nativeLayer = C.vkg_layer

func nativeFindLayer() (l nativeLayer, r vulkan.Result) {
	r = vulkan.Result(C.vkg_find_layer(&l))
	return
}

type nativeInstance struct {
	p        *C.vkg_instance
	api      uint32 // the loader's version
	surfaces bool   // their extensions are on
}

// nativeCreateInstance switches surfaces, the extensions of these names, on
// where the loader has them all.
func nativeCreateInstance(layer nativeLayer, surfaces []string) (in nativeInstance, r vulkan.Result) {
	names := append([]byte(strings.Join(surfaces, "\x00")), 0, 0)
	var has C.uint32_t
	r = vulkan.Result(C.vkg_create_instance(&layer, (*C.char)(unsafe.Pointer(&names[0])), &in.p, (*C.uint32_t)(&in.api), &has))
	in.surfaces = has != 0
	if r != vulkan.Success {
		return
	}
	// The loader's functions dispatch on their handle and so serve every instance.
	loader.Lock()
	defer loader.Unlock()
	if !loader.instanced {
		h := C.vkg_instance_handle(in.p)
		if err := vulkan.InitInstance(*(*vulkan.Instance)(unsafe.Pointer(&h))); err != nil {
			in.close()
			in.free()
			return in, vulkan.ErrorInitializationFailed
		}
		loader.instanced = true
	}
	return
}

func (in nativeInstance) close() { C.vkg_close_instance(in.p) }
func (in nativeInstance) free()  { C.vkg_free_instance(in.p) }

// messages copies the kept validation messages; arrived counts all.
func (in nativeInstance) messages() (kept []string, arrived uint64) {
	text := make([]C.char, 2048)
	for i := C.uint32_t(0); i < C.vkg_message(in.p, i, &text[0], C.uint32_t(len(text))); i++ {
		kept = append(kept, C.GoString(&text[0]))
	}
	return kept, uint64(C.vkg_message_count(in.p))
}

func (in nativeInstance) physicalDevices() ([]vulkan.PhysicalDevice, vulkan.Result) {
	var n C.uint32_t
	r := vulkan.Result(C.vkg_physical_devices(in.p, nil, &n))
	if r != vulkan.Success || n == 0 {
		return nil, r
	}
	list := make([]vulkan.PhysicalDevice, n)
	r = vulkan.Result(C.vkg_physical_devices(in.p, (*unsafe.Pointer)(unsafe.Pointer(&list[0])), &n))
	return list[:n], r
}

type nativeInfo = C.vkg_info

func (in nativeInstance) physicalInfo(p vulkan.PhysicalDevice) *nativeInfo {
	var info nativeInfo
	C.vkg_physical_info(in.p, dispatchable(p), &info)
	return &info
}

func text(s []C.char) string { return C.GoString(&s[0]) }

func octets(b *[16]C.uint8_t) [16]byte { return *(*[16]byte)(unsafe.Pointer(b)) }

type nativeDevice struct{ p *C.vkg_device }

// noFamily stands for no queue family.
const noFamily = ^uint32(0)

// createDevice makes a device with a queue of family and, where it is another
// family and not noFamily, one of present.
func (in nativeInstance) createDevice(p vulkan.PhysicalDevice, family, present uint32, f Features) (d nativeDevice, r vulkan.Result) {
	r = vulkan.Result(C.vkg_create_device(in.p, dispatchable(p), C.uint32_t(family), C.uint32_t(present), C.uint32_t(f), &d.p))
	return
}

func (d nativeDevice) handle() vulkan.Device {
	h := C.vkg_device_handle(d.p)
	return *(*vulkan.Device)(unsafe.Pointer(&h))
}

func (d nativeDevice) free() { C.vkg_free_device(d.p) }

// nameObject labels an object for the validation layer; it does nothing without it.
func nameObject[T any](d nativeDevice, kind vulkan.ObjectType, h T, name string) {
	c := C.CString(name)
	defer C.free(unsafe.Pointer(c))
	C.vkg_name(d.p, C.uint32_t(kind), handle(h), c)
}

// nativeBlock is a buffer that fills one allocation.
type nativeBlock struct {
	buffer  vulkan.Buffer
	memory  vulkan.DeviceMemory
	address uint64
	mapped  unsafe.Pointer // C memory; nil where not mapped
}

// createBlock allocates from the first of types that has room and suits.
func (d nativeDevice) createBlock(bytes int64, usage vulkan.BufferUsageFlagBits, types []uint32, mapped bool) (b nativeBlock, r vulkan.Result) {
	var c C.vkg_block
	t, n := array[C.uint32_t](types)
	m := C.uint32_t(0)
	if mapped {
		m = 1
	}
	r = vulkan.Result(C.vkg_create_block(d.p, C.uint64_t(bytes), C.uint32_t(usage), t, n, m, &c))
	b = nativeBlock{*(*vulkan.Buffer)(unsafe.Pointer(&c.buffer)), *(*vulkan.DeviceMemory)(unsafe.Pointer(&c.memory)), uint64(c.address), c.mapped}
	return
}

func (d nativeDevice) createFence() (f vulkan.Fence, r vulkan.Result) {
	r = vulkan.Result(C.vkg_create_fence(d.p, out(&f)))
	return
}

func (d nativeDevice) waitFence(f vulkan.Fence, ns uint64) vulkan.Result {
	return vulkan.Result(C.vkg_wait_fence(d.p, handle(f), C.uint64_t(ns)))
}

// submit resets fence and submits commands, listed times times, between before
// and after, which may be null.
func (d nativeDevice) submit(q vulkan.Queue, before, commands vulkan.CommandBuffer, times uint32, after vulkan.CommandBuffer, fence vulkan.Fence) vulkan.Result {
	return vulkan.Result(C.vkg_submit(d.p, dispatchable(q), dispatchable(before), dispatchable(commands), C.uint32_t(times), dispatchable(after), handle(fence)))
}

func (d nativeDevice) createModule(code []byte) (m vulkan.ShaderModule, r vulkan.Result) {
	r = vulkan.Result(C.vkg_create_module(d.p, unsafe.Pointer(unsafe.SliceData(code)), C.size_t(len(code)), out(&m)))
	runtime.KeepAlive(code)
	return
}

func (d nativeDevice) createSetLayout(bindings int) (l vulkan.DescriptorSetLayout, r vulkan.Result) {
	r = vulkan.Result(C.vkg_create_set_layout(d.p, C.uint32_t(bindings), out(&l)))
	return
}

// createPipelineLayout: set may be null.
func (d nativeDevice) createPipelineLayout(set vulkan.DescriptorSetLayout, pushBytes int) (l vulkan.PipelineLayout, r vulkan.Result) {
	r = vulkan.Result(C.vkg_create_pipeline_layout(d.p, handle(set), C.uint32_t(pushBytes), out(&l)))
	return
}

// requireFullSubgroups is VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT.
const requireFullSubgroups = 2

// createCache makes a pipeline cache that begins with data, which another one
// gave, or empty.
func (d nativeDevice) createCache(data []byte) (c vulkan.PipelineCache, r vulkan.Result) {
	r = vulkan.Result(C.vkg_create_cache(d.p, unsafe.Pointer(unsafe.SliceData(data)), C.size_t(len(data)), out(&c)))
	runtime.KeepAlive(data)
	return
}

// cacheData is what the cache holds by now.
func (d nativeDevice) cacheData(c vulkan.PipelineCache) ([]byte, vulkan.Result) {
	var n C.size_t
	if r := vulkan.Result(C.vkg_cache_data(d.p, handle(c), &n, nil)); r != vulkan.Success || n == 0 {
		return nil, r
	}
	data := make([]byte, n)
	r := vulkan.Result(C.vkg_cache_data(d.p, handle(c), &n, unsafe.Pointer(&data[0])))
	return data[:n], r
}

// createPipeline makes one of the cache's, or with its help; the cache may be null.
func (d nativeDevice) createPipeline(
	cache vulkan.PipelineCache, m vulkan.ShaderModule, l vulkan.PipelineLayout, flags uint32, ids, words []uint32,
) (p vulkan.Pipeline, r vulkan.Result) {
	i, n := array[C.uint32_t](ids)
	w, _ := array[C.uint32_t](words)
	r = vulkan.Result(C.vkg_create_pipeline(d.p, handle(cache), handle(m), handle(l), C.uint32_t(flags), i, w, n, out(&p)))
	return
}

// createSets makes a pool and one set per layout; bindings counts them all.
func (d nativeDevice) createSets(layouts []vulkan.DescriptorSetLayout, bindings int) (pool vulkan.DescriptorPool, sets []vulkan.DescriptorSet, r vulkan.Result) {
	sets = make([]vulkan.DescriptorSet, len(layouts))
	l, n := array[C.vkg_handle](layouts)
	s, _ := array[C.vkg_handle](sets)
	r = vulkan.Result(C.vkg_create_sets(d.p, l, n, C.uint32_t(bindings), out(&pool), s))
	return
}

// nativeBinding is one storage buffer of a descriptor set.
type nativeBinding = C.vkg_binding

// newBinding names its set by index, until resolveSets.
func newBinding(set, binding int, buffer vulkan.Buffer, at span) nativeBinding {
	return nativeBinding{set: C.vkg_handle(set), buffer: handle(buffer), offset: C.uint64_t(at.at), _range: C.uint64_t(at.bytes), binding: C.uint32_t(binding)}
}

// resolveSets puts sets in the place of their indices; ofOp maps ops to them.
func resolveSets(binds []nativeBinding, ops []nativeOp, ofOp map[int]int, sets []vulkan.DescriptorSet) {
	for i := range binds {
		binds[i].set = handle(sets[binds[i].set])
	}
	for op, i := range ofOp {
		ops[op].set = handle(sets[i])
	}
}

func (d nativeDevice) bind(b []nativeBinding) {
	p, n := array[C.vkg_binding](b)
	C.vkg_bind(d.p, p, n)
}

// commands is a command buffer in a pool of its own.
type commands struct {
	pool   vulkan.CommandPool
	buffer vulkan.CommandBuffer
}

func (d nativeDevice) createCommands(family uint32) (c commands, r vulkan.Result) {
	r = vulkan.Result(C.vkg_create_commands(d.p, C.uint32_t(family), out(&c.pool), (*unsafe.Pointer)(unsafe.Pointer(&c.buffer))))
	return
}

func (d nativeDevice) createQueries(n int) (q vulkan.QueryPool, r vulkan.Result) {
	r = vulkan.Result(C.vkg_create_queries(d.p, C.uint32_t(n), out(&q)))
	return
}

// nativeOp is one recorded command.
type nativeOp = C.vkg_op

// opDispatch has no descriptor set until resolveSets.
func opDispatch(p vulkan.Pipeline, l vulkan.PipelineLayout, groups [3]uint32, pushAt, pushBytes int) nativeOp {
	return nativeOp{kind: C.VKG_DISPATCH, x: C.uint32_t(groups[0]), y: C.uint32_t(groups[1]), z: C.uint32_t(groups[2]),
		push_at: C.uint32_t(pushAt), push_bytes: C.uint32_t(pushBytes), a: handle(p), b: handle(l)}
}

func opBarrier() nativeOp     { return nativeOp{kind: C.VKG_BARRIER} }
func opHostBarrier() nativeOp { return nativeOp{kind: C.VKG_HOST_BARRIER} }

func opCopy(dst vulkan.Buffer, dstAt int64, src vulkan.Buffer, srcAt, bytes int64) nativeOp {
	return nativeOp{kind: C.VKG_COPY, a: handle(dst), a_at: C.uint64_t(dstAt), b: handle(src), b_at: C.uint64_t(srcAt), bytes: C.uint64_t(bytes)}
}

func opFill(dst vulkan.Buffer, at, bytes int64, word uint32) nativeOp {
	return nativeOp{kind: C.VKG_FILL, a: handle(dst), a_at: C.uint64_t(at), bytes: C.uint64_t(bytes), x: C.uint32_t(word)}
}

func opStamp(query int) nativeOp { return nativeOp{kind: C.VKG_STAMP, x: C.uint32_t(query)} }

// record fills c with ops in one crossing. A reusable one may be pending
// several times at once.
func (d nativeDevice) record(c commands, reusable bool, queries vulkan.QueryPool, queryCount int, ops []nativeOp, push []byte) vulkan.Result {
	reuse := C.uint32_t(0)
	if reusable {
		reuse = 1
	}
	o, n := array[C.vkg_op](ops)
	p, _ := array[C.uint8_t](push)
	return vulkan.Result(C.vkg_record(d.p, dispatchable(c.buffer), reuse, handle(queries), C.uint32_t(queryCount), o, C.size_t(n), p))
}
