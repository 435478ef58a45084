package canvas

import (
	"errors"
	"fmt"
	"image"
	"unsafe"

	"vkgan/shaders"
	"vkgan/vk"
)

// Painter paints canvases on a device, one at a time.
type Painter struct {
	dev            *vk.Device
	images, counts vk.Range
	atlas          *vk.Buffer
	parts          [3]*vk.Buffer // items, tiles, lists: written by the host
	pixels         *vk.Buffer
	size           image.Point
	bgr            bool
	program        *vk.Program
	scene          scene
}

// NewPainter makes a painter of text from an atlas, of images [n,h,w] f32 and of tables of counts u32.
func NewPainter(dev *vk.Device, a *Atlas, images, counts vk.Range) (*Painter, error) {
	p := &Painter{dev: dev, images: images, counts: counts}
	if err := p.SetAtlas(a); err != nil {
		p.Free()
		return nil, err
	}
	return p, nil
}

// SetAtlas changes the atlas. It waits for the device.
func (p *Painter) SetAtlas(a *Atlas) error {
	words := a.words()
	b, err := p.dev.NewBuffer("glyphs", 4*int64(len(words)), vk.Local)
	if err != nil {
		return err
	}
	p.forget()
	if p.atlas != nil {
		p.atlas.Free()
	}
	p.atlas = b
	return p.dev.Upload(b.All(), vk.Bytes(words))
}

// SetSize makes pictures of this size from now on, blue or red first. It waits for the device.
func (p *Painter) SetSize(size image.Point, bgr bool) error {
	if p.size == size && p.bgr == bgr {
		return nil
	}
	p.forget()
	if p.pixels != nil {
		p.pixels.Free()
		p.pixels = nil
	}
	p.size, p.bgr = size, bgr
	var err error
	p.pixels, err = p.dev.NewBuffer("pixels", 4*int64(size.X)*int64(size.Y), vk.Local)
	return err
}

// Pixels is the picture, [height,width] of 4 bytes.
func (p *Painter) Pixels() vk.Range { return p.pixels.All() }

// Paint submits a canvas of the painter's size. The picture painted before must have been.
func (p *Painter) Paint(c *Canvas) (vk.Ticket, error) {
	if p.pixels == nil || c.Size != p.size {
		return 0, fmt.Errorf("canvas: %v is painted at %v", c.Size, p.size)
	}
	p.scene.cut(c)
	for i, words := range [][]uint32{p.scene.items, p.scene.tiles, p.scene.lists} {
		if err := p.write(i, words); err != nil {
			return 0, err
		}
	}
	if p.program == nil {
		if err := p.record(); err != nil {
			return 0, err
		}
	}
	return p.dev.Submit(p.program, 1)
}

// write puts words into a part of the scene, which grows as it must.
func (p *Painter) write(part int, words []uint32) error {
	need := 4 * int64(max(len(words), 1))
	if b := p.parts[part]; b == nil || b.All().Bytes() < need {
		p.forget()
		if b != nil {
			b.Free()
		}
		var err error
		if p.parts[part], err = p.dev.NewBuffer([]string{"items", "tiles", "lists"}[part], max(2*need, 1<<14), vk.Host); err != nil {
			p.parts[part] = nil
			return err
		}
	}
	bytes := p.parts[part].Bytes()
	copy(unsafe.Slice((*uint32)(unsafe.Pointer(&bytes[0])), len(bytes)/4), words)
	return nil
}

func (p *Painter) record() (err error) {
	rec := p.dev.NewRecorder("picture")
	local := uint32(tileSize)
	if p.dev.CPU() {
		local = p.dev.Info().Limits.SubgroupSize
	}
	rec.Dispatch(shaders.Compose{
		Items: p.parts[0].All(), Tiles: p.parts[1].All(), Lists: p.parts[2].All(), Atlas: p.atlas.All(), Images: p.images, Counts: p.counts,
		Pixels: p.pixels.All(), Width: int32(p.size.X), Height: int32(p.size.Y),
		LastItem: uint32(p.parts[0].All().Bytes()/4/itemWords - 1), LastCount: uint32(p.counts.Bytes()/4 - 1),
		Local: local, TILE: tileSize, BGR: p.bgr,
		Groups: [3]uint32{uint32(tilesAlong(p.size.X)), uint32(tilesAlong(p.size.Y)), 1},
	})
	p.program, err = rec.End()
	return err
}

// forget frees the program, whose buffers are about to change.
func (p *Painter) forget() {
	if p.program != nil {
		p.program.Free()
		p.program = nil
	}
}

// Picture reads the picture off the device, for a file.
func (p *Painter) Picture() (*image.RGBA, error) {
	if p.pixels == nil {
		return nil, errors.New("canvas: nothing was painted")
	}
	out := image.NewRGBA(image.Rectangle{Max: p.size})
	if err := p.dev.Download(out.Pix, p.pixels.All()); err != nil {
		return nil, err
	}
	if p.bgr {
		for i := 0; i < len(out.Pix); i += 4 {
			out.Pix[i], out.Pix[i+2] = out.Pix[i+2], out.Pix[i]
		}
	}
	return out, nil
}

// Free gives the device memory back.
func (p *Painter) Free() {
	p.forget()
	for _, b := range append(p.parts[:], p.atlas, p.pixels) {
		if b != nil {
			b.Free()
		}
	}
}
