package vk

import (
	"embed"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// The tests run on whatever driver the environment gives them. With
// VKGAN_EXPECT_DRIVER="name|info prefix" the first device must be of that
// driver; with VKGAN_GC_STORM=1 a goroutine collects without pause.
func TestMain(m *testing.M) {
	if os.Getenv("VKGAN_GC_STORM") == "1" {
		storm()
	}
	os.Exit(m.Run())
}

// storm collects without pause until stop.
func storm() (stop func()) {
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			default:
				runtime.GC()
			}
		}
	}()
	return func() { close(done) }
}

// testdata/README.md says how these are built.
//
//go:embed testdata/*.spv
var spirv embed.FS

func code(name string) [2][]byte {
	var list [2][]byte
	for b, suffix := range []string{Addresses: "addr", Storage: "ssbo"} {
		var err error
		if list[b], err = spirv.ReadFile("testdata/" + name + "." + suffix + ".spv"); err != nil {
			panic(err)
		}
	}
	return list
}

var (
	scaleShader = &Shader{Name: "scale", Args: []Arg{{"x", Read, "float"}, {"y", Write, "float"}}, Push: []string{"n", "rate"},
		Specs: []Spec{{"", 0, 1}, {"bias", 1, 0}}, Code: code("scale")}
	countShader = &Shader{Name: "count", Args: []Arg{{"s", ReadWrite, "uint"}}, Push: []string{"rounds"}, Local: [3]uint32{4, 1, 1}, Code: code("count")}
	wideShader  = &Shader{Name: "wide", Args: []Arg{{"s", ReadWrite, "uint"}}, Push: []string{"n"}, Local: [3]uint32{1, 1, 1}, Features: Int64, Code: code("wide")}
)

const scaleLocal = 16

// scale is y = x * rate + bias over the length of x.
type scale struct {
	x, y       Range
	rate, bias float32
	label      string
}

func (k scale) Call() Call {
	n := uint32(k.x.Bytes() / 4)
	return Call{Shader: scaleShader, Args: []Range{k.x, k.y}, Push: []uint32{n, math.Float32bits(k.rate)},
		Specs: []uint32{scaleLocal, math.Float32bits(k.bias)}, Groups: [3]uint32{(n + scaleLocal - 1) / scaleLocal, 1, 1}, Label: k.label}
}

// count adds 1 to the words of s, a multiple of four, slowly.
type count struct {
	s      Range
	rounds uint32
}

func (k count) Call() Call {
	return Call{Shader: countShader, Args: []Range{k.s}, Push: []uint32{k.rounds}, Groups: [3]uint32{uint32(k.s.Bytes() / 16), 1, 1}}
}

type wide struct{ s Range }

func (k wide) Call() Call {
	return Call{Shader: wideShader, Args: []Range{k.s}, Push: []uint32{1 << 31}, Groups: [3]uint32{1, 1, 1}}
}

// rawCall is a call as it is.
type rawCall Call

func (c rawCall) Call() Call { return Call(c) }

// open opens a device, and closes it without complaint at the end of the test.
func open(t testing.TB, o Options) *Device {
	t.Helper()
	d, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return d
}

// layerInstalled reports whether the environment has the validation layer.
func layerInstalled(t testing.TB) bool {
	t.Helper()
	if why := load(); why != "" {
		t.Fatal(why)
	}
	_, err := findLayer()
	return err == nil
}

// eachBuild runs a test on the builds that the device has, guarded, and under
// validation where the layer is installed.
func eachBuild(t *testing.T, test func(t *testing.T, d *Device)) {
	first := open(t, Options{})
	for _, b := range first.Info().Builds() {
		t.Run(b.String(), func(t *testing.T) {
			d := open(t, Options{Build: &b, Guard: true, Validate: layerInstalled(t)})
			test(t, d)
			if err := d.CheckGuards(); err != nil {
				t.Error(err)
			}
		})
	}
}

// buffer makes a buffer that the test frees at its end.
func buffer(t testing.TB, d *Device, name string, bytes int64, m Memory) *Buffer {
	t.Helper()
	b, err := d.NewBuffer(name, bytes, m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Free)
	return b
}

// program records with steps and frees the program at the test's end.
func program(t testing.TB, d *Device, name string, steps func(r *Recorder)) *Program {
	t.Helper()
	r := d.NewRecorder(name)
	steps(r)
	p, err := r.End()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Free)
	return p
}

// run submits p and waits.
func run(t testing.TB, d *Device, p *Program, times int) {
	t.Helper()
	ticket, err := d.Submit(p, times)
	if err == nil {
		err = d.Wait(ticket)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func upload(t testing.TB, d *Device, dst Range, values []float32) {
	t.Helper()
	words := make([]uint32, len(values))
	for i, v := range values {
		words[i] = math.Float32bits(v)
	}
	if err := d.Upload(dst, Bytes(words)); err != nil {
		t.Fatal(err)
	}
}

func download(t testing.TB, d *Device, src Range) []byte {
	t.Helper()
	data := make([]byte, src.Bytes())
	if err := d.Download(data, src); err != nil {
		t.Fatal(err)
	}
	return data
}

func floats(t testing.TB, d *Device, src Range) []float32 {
	t.Helper()
	return asFloats(download(t, d, src))
}

// mustFail checks that err names what is wrong.
func mustFail(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %q", err, want)
	}
}

func same[E comparable](t *testing.T, what string, got, want []E) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %s, want %s", what, brief(got), brief(want))
	}
}

func brief[E any](list []E) string {
	if len(list) > 12 {
		return fmt.Sprintf("%v… (%d)", list[:12], len(list))
	}
	return fmt.Sprint(list)
}

func asWords(b []byte) []uint32 {
	w := make([]uint32, len(b)/4)
	for i := range w {
		w[i] = binary.NativeEndian.Uint32(b[4*i:])
	}
	return w
}

func asFloats(b []byte) []float32 {
	f := make([]float32, len(b)/4)
	for i, w := range asWords(b) {
		f[i] = math.Float32frombits(w)
	}
	return f
}
