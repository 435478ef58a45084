package vk

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	vulkan "github.com/vulkan-go/vulkan"
)

// Options says which device to open, and how.
type Options struct {
	Device   string // "" for the best, an index, a UUID, or a part of exactly one name
	Build    *Build // nil: Addresses where the device can, else Storage
	Validate bool   // with the validation layer and synchronization validation; VKGAN_VALIDATE=1 does the same
	Guard    bool   // with guard bands around every buffer, for tests; see CheckGuards
	AsGPU    bool   // a processor is used as if it were a GPU, for tests of the kernels meant for one; see CPU
	Window   Window // to show images in; see CanShow
	Cache    string // a folder that keeps compiled pipelines for later processes; "": none. See Cache
}

// Device is an open device with one queue.
type Device struct {
	instance  *instance
	physical  physical
	native    nativeDevice
	handle    vulkan.Device
	queue     vulkan.Queue
	build     Build
	guard     bool
	asGPU     bool
	rehearsal bool
	tuning    Tuning
	half      []Matrix
	timeout   time.Duration
	closed    atomic.Bool
	broken    atomic.Pointer[error] // device loss, for good
	hung      atomic.Bool           // the latest wait took too long
	said      []string              // the messages at Close
	arena     arena
	pipelines pipelines
	transfers transfers
	ring      ring
	programs  programs
	display   display
	unused    func() (*Buffer, error) // made once; see withUnused
}

// Devices lists all of the loader's devices in its order, whether vkgan can
// use them or not. Without any it returns ErrNoDevice, without
// libvulkan.so.1 ErrNoLoader.
func Devices() ([]DeviceInfo, error) {
	in, err := openInstance(false)
	if err != nil {
		return nil, err
	}
	defer in.free()
	defer in.close()
	list, err := in.devices()
	return infos(list), err
}

func infos(list []physical) []DeviceInfo {
	out := make([]DeviceInfo, len(list))
	for i, p := range list {
		out[i] = p.info
	}
	return out
}

// Open opens the device that o names, or the best one; see Choose. The error
// wraps ErrNoLoader or ErrNoDevice where that is the matter, and names what is
// missing.
func Open(o Options) (*Device, error) {
	timeout, err := timeoutFromEnvironment()
	if err != nil {
		return nil, err
	}
	in, err := openInstance(validationWanted(o), o.Window.Extensions...)
	if err != nil {
		return nil, err
	}
	d, err := in.open(o)
	if err != nil {
		in.close()
		in.free()
		return nil, err
	}
	if d.timeout = timeout; timeout == 0 {
		d.timeout = defaultTimeout(d.physical.info.Type == CPU)
	}
	if err := errors.Join(d.openRing(), d.openTransfers()); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// open chooses a device and creates the logical one with every feature that
// both it and vkgan know.
func (in *instance) open(o Options) (*Device, error) {
	list, err := in.devices()
	if err != nil {
		return nil, err
	}
	i, err := Choose(infos(list), o.Device)
	if err != nil {
		return nil, err
	}
	p := list[i]
	build := p.info.Builds()[0]
	if o.Build != nil {
		build = *o.Build
	}
	if !slices.Contains(p.info.Builds(), build) {
		lacks := (BufferAddress | Int64) &^ p.info.Capabilities
		return nil, fmt.Errorf("device %d (%s) cannot run the %s build: it lacks %s", i, p.info.Name, build, lacks)
	}
	shows := in.display(p, o.Window)
	native, r := in.native.createDevice(p.handle, p.family, shows.family, p.info.Capabilities)
	if r != vulkan.Success {
		shows.close()
		return nil, fmt.Errorf("device %d (%s): %w", i, p.info.Name, check("vkCreateDevice", r))
	}
	var queue vulkan.Queue
	vulkan.GetDeviceQueue(native.handle(), p.family, 0, &queue)
	d := &Device{instance: in, physical: p, native: native, handle: native.handle(), queue: queue, build: build, guard: o.Guard, asGPU: o.AsGPU, display: shows}
	d.display.use(d)
	d.pipelines.init()
	d.openCache(o.Cache)
	d.arena.buffers = map[*Buffer]struct{}{}
	d.programs.list = map[*Program]struct{}{}
	d.unused = sync.OnceValues(d.newUnused)
	return d, nil
}

// defaultTimeout is how long a wait lasts where VKGAN_TIMEOUT says nothing. A
// GPU that takes a minute hangs; an old CPU driver may take that for a step.
func defaultTimeout(cpu bool) time.Duration {
	if cpu {
		return 10 * time.Minute
	}
	return time.Minute
}

// timeoutFromEnvironment reads VKGAN_TIMEOUT: seconds, or a Go duration; 0 if
// it is not set.
func timeoutFromEnvironment() (time.Duration, error) {
	v := os.Getenv("VKGAN_TIMEOUT")
	if v == "" {
		return 0, nil
	}
	t, err := time.ParseDuration(v)
	if s, e := strconv.ParseFloat(v, 64); e == nil {
		t, err = time.Duration(s*float64(time.Second)), nil
	}
	if err != nil || t <= 0 {
		return 0, fmt.Errorf("VKGAN_TIMEOUT=%s: want seconds or a duration such as 90s", v)
	}
	return t, nil
}

// Info describes the device.
func (d *Device) Info() DeviceInfo { return d.physical.info }

// Build is the kernel build that the device runs.
func (d *Device) Build() Build { return d.build }

// CPU reports whether the device is the processor: kernels for it use neither
// shared memory nor barriers. With Options.AsGPU it is false on any device.
func (d *Device) CPU() bool { return d.physical.info.Type == CPU && !d.asGPU }

// fail remembers a device loss and returns err.
func (d *Device) fail(err error) error {
	if errors.Is(err, ErrDeviceLost) {
		lost := err // a variable of its own: without a loss nothing is allocated
		d.broken.CompareAndSwap(nil, &lost)
	}
	return err
}

var errClosed = errors.New("the device is closed")

// usable is nil while the device is open and not lost.
func (d *Device) usable() error {
	if d.closed.Load() {
		return errClosed
	}
	if err := d.broken.Load(); err != nil {
		return *err
	}
	return nil
}

// Close waits for the device and destroys everything made on it. The error
// tells of buffers and programs that were not freed, and of every message of
// the validation layer. Where the device does not finish in time nothing is
// destroyed and the error wraps ErrTimeout. A second Close does nothing.
func (d *Device) Close() error {
	if d.closed.Load() {
		return nil
	}
	hung := d.Idle()
	if errors.Is(hung, ErrTimeout) {
		return fmt.Errorf("close: %w: the device is left as it is", hung)
	}
	if !d.closed.CompareAndSwap(false, true) {
		return nil
	}
	var leaks error
	if hung == nil { // on a lost device nothing was freed, nor is it to blame for the loss
		leaks = d.leaks()
	}
	d.saveCache()
	d.closeScreen()
	d.destroyPrograms()
	d.destroyPipelines()
	d.closeTransfers()
	d.closeRing()
	for _, b := range d.arena.blocks {
		d.destroyBlock(b)
	}
	vulkan.DestroyDevice(d.handle, nil)
	d.native.free()
	d.display.close()
	d.instance.close()
	d.said = d.currentMessages()
	d.instance.free()
	return errors.Join(hung, leaks, validationError(d.said))
}

// leaks names what is left on the device.
func (d *Device) leaks() error {
	var names []string
	for b := range d.arena.buffers {
		if !b.own {
			names = append(names, "buffer "+b.name)
		}
	}
	for p := range d.programs.list {
		names = append(names, "program "+p.name)
	}
	if d.display.screen != nil {
		names = append(names, "screen")
	}
	if names == nil {
		return nil
	}
	slices.Sort(names)
	return fmt.Errorf("close: not freed: %s", strings.Join(names, ", "))
}
