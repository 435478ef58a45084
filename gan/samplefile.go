package gan

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"vkgan/internal/files"
	"vkgan/internal/npy"
)

// SampleFile is a kind of output for samples.
type SampleFile int

const (
	SampleFolder SampleFile = iota // a PNG for each image: 00000.png, 00001.png, …
	SamplePNG                      // the grid
	SampleGIF                      // the animated grid
	SampleNPY                      // an array of float32 [images,Height,Width], 0 black to 1 white
)

// SampleFileOf is the kind that a path asks for: by its ending, or a folder's. Any other ending is an error.
func SampleFileOf(path string) (SampleFile, error) {
	slash := string(filepath.Separator)
	switch strings.ToLower(filepath.Ext(path)) {
	case "":
		if path != "" {
			return SampleFolder, nil
		}
	case ".png":
		return SamplePNG, nil
	case ".gif":
		return SampleGIF, nil
	case ".npy":
		return SampleNPY, nil
	}
	if strings.HasSuffix(path, slash) {
		return SampleFolder, nil
	}
	return 0, fmt.Errorf("want a name that ends in .png, .gif or .npy, or a folder's, which ends in %s", slash)
}

// WriteSamples writes images that Generator.Images gives for samples to path, whole or not at all. A folder may be there
// already if it is empty. An error of the images' own stays as it is; others name the path, the cause and the remedy.
func (g *Generator) WriteSamples(path string, s Samples, images iter.Seq2[[]float32, error]) error {
	kind, err := SampleFileOf(path)
	if err != nil {
		return fmt.Errorf("cannot write %q: %w", path, err)
	}
	var failed error
	made := func(yield func([]float32) bool) {
		for pixels, err := range images {
			if failed = err; err != nil || !yield(pixels) {
				return
			}
		}
	}
	if kind == SampleFolder {
		err = files.WriteFolder(path, func(dir string) error {
			err := g.writeImages(dir, made)
			return errors.Join(err, failed)
		})
	} else {
		err = files.WriteWith(path, func(to io.Writer) error {
			w := bufio.NewWriterSize(to, 1<<20)
			err := g.encode(w, kind, s, made)
			return errors.Join(err, failed, w.Flush())
		})
	}
	if failed != nil {
		return failed
	}
	return err
}

func (g *Generator) encode(w io.Writer, kind SampleFile, s Samples, images iter.Seq[[]float32]) error {
	switch kind {
	case SampleNPY:
		return g.encodeArray(w, s.Images(), images)
	case SampleGIF:
		return g.encodeAnimation(w, s, images)
	}
	grid := g.grid(s)
	at := 0
	for pixels := range images {
		at += copy(grid.Pixels[at:], pixels)
	}
	return png.Encode(w, grid.Image())
}

// grid is a black one.
func (g *Generator) grid(s Samples) Grid {
	return Grid{Rows: s.Rows, Cols: s.Cols, Height: g.Height, Width: g.Width, Pixels: make([]float32, s.Rows*s.Cols*g.Height*g.Width)}
}

func (g *Generator) encodeArray(w io.Writer, n int, images iter.Seq[[]float32]) error {
	err := npy.WriteHeader(w, n, g.Height, g.Width)
	for pixels := range images {
		if err == nil {
			err = npy.Write(w, pixels)
		}
		if err != nil {
			break
		}
	}
	return err
}

// frameDelay is how long a frame of an animation stands, in hundredths of a second.
const frameDelay = 5

func (g *Generator) encodeAnimation(w io.Writer, s Samples, images iter.Seq[[]float32]) error {
	greys := make(color.Palette, 256)
	for v := range greys {
		greys[v] = color.Gray{Y: uint8(v)}
	}
	var animation gif.GIF
	grid, at := g.grid(s), 0
	for pixels := range images {
		if at += copy(grid.Pixels[at:], pixels); at == len(grid.Pixels) {
			frame := grid.Image()
			animation.Image = append(animation.Image, &image.Paletted{Pix: frame.Pix, Stride: frame.Stride, Rect: frame.Rect, Palette: greys})
			animation.Delay = append(animation.Delay, frameDelay)
			at = 0
		}
	}
	return gif.EncodeAll(w, &animation)
}

// writeImages writes a PNG for each image, several at a time.
func (g *Generator) writeImages(dir string, images iter.Seq[[]float32]) error {
	writers, ctx := errgroup.WithContext(context.Background())
	writers.SetLimit(runtime.GOMAXPROCS(0))
	encoder := png.Encoder{BufferPool: &pngBuffers{}}
	number := 0
	for pixels := range images {
		if ctx.Err() != nil {
			break // one could not be written, and Wait tells why
		}
		path, im := filepath.Join(dir, fmt.Sprintf("%05d.png", number)), image.NewGray(image.Rect(0, 0, g.Width, g.Height))
		for i, v := range pixels {
			im.Pix[i] = grey(v)
		}
		number++
		writers.Go(func() error {
			var file bytes.Buffer
			return errors.Join(encoder.Encode(&file, im), os.WriteFile(path, file.Bytes(), 0o666))
		})
	}
	return writers.Wait()
}

// pngBuffers keeps an encoder's buffers, which are large beside the images.
type pngBuffers struct{ pool sync.Pool }

func (b *pngBuffers) Get() *png.EncoderBuffer {
	buffer, _ := b.pool.Get().(*png.EncoderBuffer) // nil: png.Encode makes one
	return buffer
}

func (b *pngBuffers) Put(buffer *png.EncoderBuffer) { b.pool.Put(buffer) }
