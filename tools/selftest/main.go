// Command selftest tells whether the Vulkan driver that this process finds works: it runs one small
// kernel against published numbers and prints the driver as "name|information". Set-up calls it.
//
//	-gpu   asks for a GPU too: fails where the best device is a CPU driver
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"slices"

	"vkgan/shaders"
	"vkgan/vk"
)

func main() {
	gpu := flag.Bool("gpu", false, "fail where the best device is a CPU driver")
	flag.Parse()
	if err := selftest(*gpu); err != nil {
		fmt.Fprintln(os.Stderr, "selftest:", err)
		os.Exit(1)
	}
}

// The generator's published vectors for counters and keys of zeros, of ones, and of pi's digits.
var (
	counters = []uint32{0, 0, 0, 0, ^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0), 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}
	keys     = []uint32{0, 0, ^uint32(0), ^uint32(0), 0xa4093822, 0x299f31d0}
	want     = []uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
		0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}
)

func selftest(gpu bool) (err error) {
	d, err := vk.Open(vk.Options{})
	if err != nil {
		return err
	}
	defer func() {
		if closing := d.Close(); err == nil {
			err = closing
		}
	}()
	info := d.Info()
	if gpu && d.CPU() {
		return fmt.Errorf("no GPU: the best device is %s (%s)", info.Name, info.DriverInfo)
	}
	got, err := philox(d)
	if err != nil {
		return fmt.Errorf("%s (%s %s): %w", info.Name, info.DriverName, info.DriverInfo, err)
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("%s (%s %s) computes wrong numbers: %08x, expected %08x", info.Name, info.DriverName, info.DriverInfo, got, want)
	}
	fmt.Printf("%s|%s\n", info.DriverName, info.DriverInfo)
	return nil
}

// philox runs the kernel on the counters and keys above.
func philox(d *vk.Device) ([]uint32, error) {
	buffer := func(name string, words []uint32) (*vk.Buffer, error) {
		b, err := d.NewBuffer(name, int64(4*len(words)), vk.Local)
		if err != nil {
			return nil, err
		}
		var bytes []byte
		for _, w := range words {
			bytes = binary.LittleEndian.AppendUint32(bytes, w)
		}
		return b, d.Upload(b.All(), bytes)
	}
	c, err := buffer("counters", counters)
	if err != nil {
		return nil, err
	}
	defer c.Free()
	k, err := buffer("keys", keys)
	if err != nil {
		return nil, err
	}
	defer k.Free()
	y, err := buffer("words", make([]uint32, len(want)))
	if err != nil {
		return nil, err
	}
	defer y.Free()

	r := d.NewRecorder("selftest")
	r.Dispatch(shaders.PhiloxWords{Counters: c.All(), Keys: k.All(), Y: y.All(), N: int32(len(want) / 4), Local: 16, Groups: [3]uint32{1, 1, 1}})
	p, err := r.End()
	if err != nil {
		return nil, err
	}
	defer p.Free()
	ticket, err := d.Submit(p, 1)
	if err != nil {
		return nil, err
	}
	if err := d.Wait(ticket); err != nil {
		return nil, err
	}
	out := make([]byte, 4*len(want))
	if err := d.Download(out, y.All()); err != nil {
		return nil, err
	}
	words := make([]uint32, len(want))
	for i := range words {
		words[i] = binary.LittleEndian.Uint32(out[4*i:])
	}
	return words, nil
}
