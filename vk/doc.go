// Package vk runs compute kernels on a Vulkan device: it is the only package
// of vkgan that knows Vulkan.
//
// # Basics
//
// Open a device, make buffers, record the dispatches of one step into a
// Program, and submit the program as often as there are steps:
//
//	d, err := vk.Open(vk.Options{})
//	x, err := d.NewBuffer("x", 4*n, vk.Local)
//	rec := d.NewRecorder("step")
//	rec.Dispatch(shaders.Scale{X: x.All(), N: n, Groups: [3]uint32{n / 64, 1, 1}})
//	step, err := rec.End()
//	ticket, err := d.Submit(step, 10) // ten steps in one submission
//	err = d.Wait(ticket)
//
// A kernel is a Shader: SPIR-V with its arguments, push constants and
// specialisation constants, as package shaders generates it. It comes in two
// builds. Addresses passes 64-bit buffer device addresses in push constants;
// Storage binds a storage buffer per argument, for devices without 64-bit
// integers and for synchronization validation.
//
// The Recorder knows from the declared accesses which dispatch depends on
// which, and puts one global memory barrier in front of a dispatch that needs
// one. Dispatches between two barriers may run at the same time.
//
// # Caveats
//
// A Device, its buffers and its programs may be used by several goroutines; a
// Recorder may not. Freeing a buffer that a program still uses, and submitting
// that program again, is an error of the caller that nothing catches.
//
// In the Addresses build nothing checks a kernel's indices: Options.Guard puts
// bands of NaNs around every buffer and Device.CheckGuards looks at them.
//
// Slices of a buffer that share an alignment granule (Limits.StorageAlign) are
// ordered as if they overlapped, since a storage buffer's binding begins at
// such a boundary. Slices that begin at multiples of Align never share one.
//
// Sections named in comments are of the Vulkan 1.3 specification.
package vk
