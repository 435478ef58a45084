package gan

import (
	"fmt"

	"vkgan/internal/philox"
)

// labelledSet chooses the images whose labels training may see: perClass of each class, by their places in labels, class
// by class; a class without images has none. Data seed 0 takes the first of each class in file order, as kcobbe/gans_mnist
// does; any other draws them.
func labelledSet(labels []byte, classes, perClass int, dataSeed uint64) ([]uint32, error) {
	members := make([][]uint32, classes)
	for i, l := range labels {
		members[l] = append(members[l], uint32(i))
	}
	draw := philox.Stream{Seed: dataSeed, ID: philox.StreamLabelledSet}
	chosen := make([]uint32, 0, classes*perClass)
	for class, of := range members {
		if len(of) == 0 {
			continue
		}
		if len(of) < perClass {
			return nil, fmt.Errorf("class-labels is %d, but class %d has only %d training images", perClass, class, len(of))
		}
		for i := range uint32(perClass) {
			if dataSeed != 0 {
				chosen = append(chosen, of[draw.Permute(uint32(class), i, uint32(len(of)))])
			} else {
				chosen = append(chosen, of[i])
			}
		}
	}
	return chosen, nil
}
