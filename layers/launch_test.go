package layers

import (
	"testing"

	"vkgan/vk"
)

// However many elements there are, their work-groups are within the device's limit and none is left out.
func TestFlatKeepsToTheLimit(t *testing.T) {
	each(t, func(t *testing.T, d *vk.Device) {
		most := d.Info().Limits.MaxGroups[0]
		for _, n := range []int{1, 1000, 1 << 24, 1<<31 - 1} {
			l := flat(d.NewRecorder("flat"), n)
			whole := int(l.local) * int(l.per)
			if l.groups[0] > most || int(l.groups[0])*whole < n || int(l.groups[0]-1)*whole >= n || l.per%max(l.runs, 1) != 0 {
				t.Errorf("%d elements: %+v, at most %d groups", n, l, most)
			}
		}
	})
}
