package digit

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/draw"

	"vkgan/internal/mnist"
)

var update = flag.Bool("update", false, "rewrite testdata")

const pixels = 28 * 28

// testImages are n of MNIST's.
func testImages(t *testing.T, n int) []*image.Gray {
	t.Helper()
	set, err := mnist.Load("")
	if err != nil {
		t.Fatalf("%v (for tests: `make setup`)", err)
	}
	images := make([]*image.Gray, n)
	for i := range images {
		images[i] = &image.Gray{Pix: set.Test.Pixels[i*pixels:][:pixels], Stride: 28, Rect: image.Rect(0, 0, 28, 28)}
	}
	return images
}

func normalise(t *testing.T, m image.Image) []byte {
	t.Helper()
	out, err := Normalise(m, 28, 28)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// apart is the largest and the mean difference.
func apart(a, b []byte) (most int, mean float64) {
	for i := range a {
		d := int(a[i]) - int(b[i])
		most = max(most, d, -d)
		mean += float64(max(d, -d)) / float64(len(a))
	}
	return most, mean
}

// MNIST's own images come out as they went in, to a grey level: but for 2 of 1,000, whose digit does not fill the box.
func TestMNISTStaysAsItIs(t *testing.T) {
	others := 0
	for _, m := range testImages(t, 1000) {
		if most, _ := apart(normalise(t, m), m.Pix); most > 1 {
			others++
		}
	}
	if others > 2 {
		t.Errorf("%d of 1,000 change", others)
	}
}

// blend is a colour between two.
func blend(a, b color.NRGBA, part uint8) color.NRGBA {
	mix := func(a, b uint8) uint8 { return uint8((int(a)*(255-int(part)) + int(b)*int(part)) / 255) }
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), mix(a.A, b.A)}
}

// Whatever paper, ink, size and place a digit has, it is found again.
func TestDigitsAreFoundAgain(t *testing.T) {
	white, black, clear := color.NRGBA{255, 255, 255, 255}, color.NRGBA{0, 0, 0, 255}, color.NRGBA{}
	identity := func(m image.Image) image.Image { return m }
	asJPEG := func(m image.Image) image.Image {
		var file bytes.Buffer
		if err := jpeg.Encode(&file, m, &jpeg.Options{Quality: 75}); err != nil {
			t.Fatal(err)
		}
		back, err := jpeg.Decode(&file)
		if err != nil {
			t.Fatal(err)
		}
		return back
	}
	for _, c := range []struct {
		name       string
		paper, ink color.NRGBA
		scale      int
		margin     image.Rectangle // added: Min before, Max after
		through    func(image.Image) image.Image
		most       float64 // mean difference
	}{
		{"as it is", black, white, 1, image.Rectangle{}, identity, 0.1},
		{"inverted", white, black, 1, image.Rectangle{}, identity, 0.1},
		{"off the centre", white, black, 1, image.Rect(40, 3, 7, 0), identity, 0.1},
		{"pale on grey", color.NRGBA{130, 130, 130, 255}, color.NRGBA{170, 170, 170, 255}, 1, image.Rect(5, 5, 5, 5), identity, 2},
		{"red on yellow", color.NRGBA{255, 240, 120, 255}, color.NRGBA{200, 20, 20, 255}, 1, image.Rectangle{}, identity, 1},
		{"black on nothing", clear, black, 1, image.Rectangle{}, identity, 0.1},
		{"large", white, black, 9, image.Rect(30, 50, 90, 20), identity, 8},
		{"a large JPEG in blue", white, color.NRGBA{30, 40, 160, 255}, 8, image.Rect(10, 10, 10, 60), asJPEG, 8},
	} {
		total := 0.0
		images := testImages(t, 40)
		for _, m := range images {
			large := image.NewGray(image.Rect(0, 0, 28*c.scale, 28*c.scale))
			draw.CatmullRom.Scale(large, large.Rect, m, m.Rect, draw.Src, nil)
			size := large.Rect.Max.Add(c.margin.Min).Add(c.margin.Max)
			picture := image.NewNRGBA(image.Rect(-7, 11, size.X-7, size.Y+11)) // a picture need not begin at 0,0
			draw.Draw(picture, picture.Rect, image.NewUniform(c.paper), image.Point{}, draw.Src)
			for y := range large.Rect.Max.Y {
				for x := range large.Rect.Max.X {
					picture.SetNRGBA(x+c.margin.Min.X-7, y+c.margin.Min.Y+11, blend(c.paper, c.ink, large.GrayAt(x, y).Y))
				}
			}
			_, mean := apart(normalise(t, c.through(picture)), m.Pix)
			total += mean / float64(len(images))
		}
		if total > c.most {
			t.Errorf("%s: images differ by %.2f on the mean, want at most %.1f", c.name, total, c.most)
		}
	}
}

// The twenty drawn digits, as a picture to look at.
func TestDrawnDigits(t *testing.T) {
	names, err := filepath.Glob("testdata/digits20/*")
	if err != nil || len(names) != 20 {
		t.Fatal(len(names), err)
	}
	sheet := image.NewGray(image.Rect(0, 0, 10*28, 2*28))
	for i, name := range names {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		out, err := Read(file, 28, 28)
		file.Close()
		if err != nil {
			t.Fatal(name, err)
		}
		for y := range 28 {
			copy(sheet.Pix[sheet.PixOffset(i%10*28, i/10*28+y):], out[y*28:][:28])
		}
	}
	const golden = "testdata/normalised.png"
	if *update {
		var file bytes.Buffer
		if err := errors.Join(png.Encode(&file, sheet), os.WriteFile(golden, file.Bytes(), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Open(golden)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	want, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if most, _ := apart(sheet.Pix, want.(*image.Gray).Pix); most > 1 {
		t.Errorf("%s has changed by up to %d (go test -update rewrites it)", golden, most)
	}
}

// Other fields than MNIST's, and digits of odd shapes, keep their proportions and stay inside.
func TestOtherShapes(t *testing.T) {
	for _, c := range []struct{ w, h, width, height, wantW, wantH int }{
		{100, 100, 28, 28, 20, 20}, {3, 300, 28, 28, 1, 20}, {300, 3, 28, 28, 20, 1}, {50, 100, 28, 28, 10, 20},
		{100, 100, 56, 56, 40, 40}, {100, 100, 8, 8, 6, 6}, {100, 100, 4, 4, 3, 3}, {100, 100, 1, 1, 1, 1}, {100, 100, 28, 14, 10, 10},
	} {
		m := image.NewGray(image.Rect(0, 0, c.w+40, c.h+60))
		draw.Draw(m, image.Rect(10, 50, 10+c.w, 50+c.h), image.White, image.Point{}, draw.Src)
		out, err := Normalise(m, c.height, c.width)
		if err != nil || len(out) != c.height*c.width {
			t.Fatal(c, err)
		}
		solid := image.Rectangle{}
		for i, v := range out {
			if v > 127 {
				solid = solid.Union(image.Rect(i%c.width, i/c.width, i%c.width+1, i/c.width+1))
			}
		}
		if solid.Dx() != c.wantW || solid.Dy() != c.wantH {
			t.Errorf("%d×%d in a field of %d×%d becomes %v, want %d×%d", c.w, c.h, c.width, c.height, solid, c.wantW, c.wantH)
		}
		if off := solid.Min.X + solid.Max.X - c.width; off < -2 || off > 2 {
			t.Errorf("%d×%d lies at %v in a field of %d×%d", c.w, c.h, solid, c.width, c.height)
		}
	}
}

func TestReadErrors(t *testing.T) {
	var file bytes.Buffer
	flat := image.NewGray(image.Rect(0, 0, 30, 30))
	for i := range flat.Pix {
		flat.Pix[i] = 200 + uint8(i%5)
	}
	if err := png.Encode(&file, flat); err != nil {
		t.Fatal(err)
	}
	blank := file.Bytes()
	vast := bytes.Clone(blank)
	binary.BigEndian.PutUint32(vast[16:], 20000)
	binary.BigEndian.PutUint32(vast[20:], 10000)
	binary.BigEndian.PutUint32(vast[29:], crc32.ChecksumIEEE(vast[12:29]))
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"nothing", "it is empty", nil},
		{"text", "no PNG or JPEG image: convert it", []byte("seven")},
		{"half", "it is damaged", blank[:len(blank)/2]},
		{"half a header", "it is damaged", blank[:20]},
		{"blank", "it is blank", blank},
		{"vast", "20000×10000 pixels, more than 100 million: scale it down", vast},
	} {
		if _, err := Read(bytes.NewReader(c.data), 28, 28); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := Read(bytes.NewReader(blank), 28, 28); !errors.Is(err, ErrBlank) {
		t.Errorf("%v", err)
	}
}
