package preview

import (
	"fmt"

	"vkgan/vk"
)

// filmLength is the number of images that are kept of the explored point.
const filmLength = 12

// history keeps images of one point at some steps, always from the first on: when there is no room it forgets every other.
type history struct {
	dev     *vk.Device
	from    vk.Range // the image now
	film    vk.Range // [filmLength] images
	copies  [filmLength]*vk.Program
	kept    []frame
	every   int // pictures to a frame
	seen    int
	version int // of the point
}

// frame is an image that was kept.
type frame struct{ place, step int }

func newHistory(dev *vk.Device, from, film vk.Range) *history {
	return &history{dev: dev, from: from, film: film, every: 1}
}

// keep keeps the image of a step, now and then; of another version of the point it begins anew.
func (h *history) keep(version, step int) error {
	if version != h.version {
		h.version, h.kept, h.every, h.seen = version, nil, 1, 0
	}
	if n := len(h.kept); n > 0 && h.kept[n-1].step == step {
		return nil
	}
	h.seen++
	if (h.seen-1)%h.every != 0 {
		return nil
	}
	if len(h.kept) == filmLength {
		h.thin()
	}
	place := h.room()
	if h.copies[place] == nil {
		rec := h.dev.NewRecorder(fmt.Sprintf("keep %d", place))
		rec.Copy(h.film.Slice(int64(place)*h.from.Bytes(), h.from.Bytes()), h.from)
		var err error
		if h.copies[place], err = rec.End(); err != nil {
			return err
		}
	}
	h.kept = append(h.kept, frame{place, step})
	_, err := h.dev.Submit(h.copies[place], 1)
	return err
}

// thin forgets every other frame of a full film.
func (h *history) thin() {
	for i := range filmLength / 2 {
		h.kept[i] = h.kept[2*i]
	}
	h.kept = h.kept[:filmLength/2]
	h.every *= 2
}

// room is a place that no frame has.
func (h *history) room() int {
	var taken [filmLength]bool
	for _, f := range h.kept {
		taken[f.place] = true
	}
	for i, t := range taken {
		if !t {
			return i
		}
	}
	panic("preview: the film is full")
}

func (h *history) free() {
	for _, p := range h.copies {
		if p != nil {
			p.Free()
		}
	}
}
