package kernel

import (
	"fmt"
	"slices"
	"strings"
)

const (
	capabilityShader                         = 1
	capabilityInt64                          = 11
	capabilityPhysicalStorageBufferAddresses = 5347
)

// featureNames gives the constant of package vk for each capability beyond the core.
var featureNames = map[uint32]string{
	9:    "Float16",
	10:   "Float64",
	11:   "Int64",
	22:   "Int16",
	39:   "Int8",
	61:   "SubgroupBasic",
	62:   "SubgroupVote",
	63:   "SubgroupArithmetic",
	64:   "SubgroupBallot",
	65:   "SubgroupShuffle",
	66:   "SubgroupShuffleRelative",
	67:   "SubgroupClustered",
	68:   "SubgroupQuad",
	4433: "Storage16",
	4448: "Storage8",
	5345: "MemoryModel",
	6022: "CooperativeMatrix",
}

// features writes the Go expression of a set of capabilities, "" for the core alone.
func features(capabilities []uint32) (string, error) {
	var names []string
	for _, c := range capabilities {
		if c == capabilityShader {
			continue
		}
		name, ok := featureNames[c]
		if !ok {
			return "", fmt.Errorf("no feature of package vk is known for SPIR-V capability %d", c)
		}
		names = append(names, "vk."+name)
	}
	slices.Sort(names)
	return strings.Join(names, " | "), nil
}
