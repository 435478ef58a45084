package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"vkgan/vk"
)

// deviceJSON is one element of `vkgan devices --json`.
type deviceJSON struct {
	Index       int        `json:"index"`
	Name        string     `json:"name"`
	Type        string     `json:"type"`
	Vendor      string     `json:"vendor"`
	VendorID    uint32     `json:"vendor_id"`
	UUID        string     `json:"uuid"`
	Driver      string     `json:"driver"`
	DriverInfo  string     `json:"driver_info"`
	DriverUUID  string     `json:"driver_uuid"`
	API         string     `json:"api"`
	MemoryBytes int64      `json:"memory_bytes"`         // the largest heap of the device's own
	Features    []string   `json:"features"`             // beyond Vulkan 1.2
	Matrices    []string   `json:"cooperative_matrices"` // shapes: MxNxK, components of a, b, c and the result, scope
	FP16        bool       `json:"fp16"`                 // --precision fp16 can have the device, if it passes a self-test
	Limits      limitsJSON `json:"limits"`
	Builds      []string   `json:"builds"`  // of the kernels, best first
	Missing     []string   `json:"missing"` // what vkgan needs and the device lacks
	Usable      bool       `json:"usable"`
	Best        bool       `json:"best"` // taken where --device names none
}

// limitsJSON is vk.Limits under names of JSON. Sizes are in bytes.
type limitsJSON struct {
	MaxStorageRange int64     `json:"max_storage_range"`
	MaxAllocation   int64     `json:"max_allocation"`
	MaxAllocations  uint32    `json:"max_allocations"`
	StorageAlign    int64     `json:"storage_align"`
	MaxPush         uint32    `json:"max_push"`
	MaxShared       uint32    `json:"max_shared"`
	MaxBindings     uint32    `json:"max_bindings"`
	MaxInvocations  uint32    `json:"max_invocations"`
	MaxGroupSize    [3]uint32 `json:"max_group_size"`
	MaxGroups       [3]uint32 `json:"max_groups"`
	SubgroupSize    uint32    `json:"subgroup_size"`
	SubgroupMin     uint32    `json:"subgroup_min"`
	SubgroupMax     uint32    `json:"subgroup_max"`
	ComputeUnits    uint32    `json:"compute_units"`
	TimestampPeriod float64   `json:"timestamp_period_ns"`
	TimestampBits   uint32    `json:"timestamp_bits"`
}

func newDevices(s streams) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "devices",
		Short:   "List the Vulkan devices",
		Long:    "Lists the Vulkan devices, and which of them training takes where --device names none (*).",
		Example: "  vkgan devices\n  vkgan train infogan --device 1",
		GroupID: groupMachine,
		RunE: func(*cobra.Command, []string) error {
			infos, err := vk.Devices()
			if err != nil {
				return deviceError(err)
			}
			best, err := vk.Choose(infos, "")
			if err != nil {
				best = -1 // none is usable: the list says why
			}
			if asJSON {
				return printDevicesJSON(s.out, infos, best)
			}
			printDevices(s.out, infos, best)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return c
}

func printDevices(out io.Writer, infos []vk.DeviceInfo, best int) {
	for i, d := range infos {
		mark := " "
		if i == best {
			mark = "*"
		}
		fmt.Fprintf(out, "%s %d  %s\n", mark, d.Index, d.Name)
		fmt.Fprintf(out, "     %s, %s, %s, Vulkan %s\n", typeName(d.Type), d.VendorName, size(d.HeapBytes), d.API)
		fmt.Fprintf(out, "     driver %s %s\n     uuid %s\n", d.DriverName, d.DriverInfo, d.UUID)
		if half := halves(d); half != "" {
			fmt.Fprintf(out, "     fp16 by cooperative matrices of %s\n", half)
		}
		for _, m := range d.Missing {
			fmt.Fprintf(out, "     not usable: it lacks %s\n", m)
		}
	}
}

// halves lists the shapes of cooperative matrices that --precision fp16 may take.
func halves(d vk.DeviceInfo) string {
	var list []string
	for _, m := range d.HalfMatrices() {
		list = append(list, fmt.Sprintf("%d×%d×%d", m.M, m.N, m.K))
	}
	return strings.Join(list, ", ")
}

// typeName is a device's type in words.
func typeName(t vk.DeviceType) string {
	switch t {
	case vk.Integrated, vk.Discrete, vk.Virtual:
		return t.String() + " GPU"
	case vk.CPU:
		return "CPU driver"
	}
	return "other device"
}

func printDevicesJSON(out io.Writer, infos []vk.DeviceInfo, best int) error {
	list := make([]deviceJSON, len(infos))
	for i, d := range infos {
		builds := []string{}
		for _, b := range d.Builds() {
			builds = append(builds, b.String())
		}
		matrices := []string{}
		for _, m := range d.Matrices {
			matrices = append(matrices, m.String())
		}
		list[i] = deviceJSON{
			Index: d.Index, Name: d.Name, Type: d.Type.String(), Vendor: d.VendorName, VendorID: d.Vendor, UUID: d.UUID.String(),
			Driver: d.DriverName, DriverInfo: d.DriverInfo, DriverUUID: d.DriverUUID.String(), API: d.API, MemoryBytes: d.HeapBytes,
			Features: append([]string{}, d.Capabilities.Names()...), Limits: limitsJSON(d.Limits), Matrices: matrices, FP16: d.HalfMissing() == "", Builds: builds,
			Missing: append([]string{}, d.Missing...), Usable: d.Usable(), Best: i == best,
		}
	}
	text, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s\n", text)
	return err
}
