package digit

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // read by image.Decode
	_ "image/png"
	"io"
)

const (
	mostBytes  = 256 << 20 // of a file
	mostPixels = 100e6     // of a picture
)

// Read reads a PNG or JPEG and gives Normalise's image. The error says what is wrong with the file, and the remedy.
func Read(from io.Reader, height, width int) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(from, mostBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) == 0:
		return nil, errors.New("it is empty")
	case len(data) > mostBytes:
		return nil, fmt.Errorf("it is larger than %d MiB: scale it down", mostBytes>>20)
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	if errors.Is(err, image.ErrFormat) {
		return nil, errors.New("it is no PNG or JPEG image: convert it to one")
	}
	if err == nil && float64(size.Width)*float64(size.Height) > mostPixels {
		return nil, fmt.Errorf("it has %d×%d pixels, more than %.0f million: scale it down", size.Width, size.Height, mostPixels/1e6)
	}
	var picture image.Image
	if err == nil {
		picture, _, err = image.Decode(bytes.NewReader(data))
	}
	if err != nil {
		return nil, fmt.Errorf("it is damaged (%w): get it again", err)
	}
	return Normalise(picture, height, width)
}
