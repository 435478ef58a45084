package build

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fakeGlslc gives the modules of the sample kernel, whatever it compiles, but stops at the word "mistake".
func fakeGlslc(t *testing.T, version string) *Compiler {
	t.Helper()
	testdata, err := filepath.Abs("../testdata")
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), "glslc")
	put(t, script, `#!/bin/sh
build=addr
for arg; do case $arg in
	--version) printf 'fake `+version+`\nsecond line\n\nTarget\n'; exit ;;
	-DSTORAGE) build=ssbo ;;
	*.comp) if grep -q mistake "$arg"; then echo "$arg:1: error: mistake" >&2; exit 1; fi ;;
esac; done
exec cat `+testdata+`/sample.$build.spv
`)
	if err := os.Chmod(script, 0o755); err != nil {
		t.Fatal(err)
	}
	c := FindCompiler(script)
	if want := "fake " + version + ", second line"; c.absent != nil || c.version != want {
		t.Fatalf("compiler is %q (%v), want %q", c.version, c.absent, want)
	}
	return c
}

var noCompiler = &Compiler{absent: ErrNoTool}

// newFolder makes a shaders folder with the kernels one and two; two includes b.glsl by way of a.glsl.
func newFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	put(t, filepath.Join(folder, "one.comp"), "// One.\n")
	put(t, filepath.Join(folder, "two.comp"), "// Two.\n#include \"a.glsl\"\n")
	put(t, filepath.Join(folder, "include", "a.glsl"), "# include \"b.glsl\"\n")
	put(t, filepath.Join(folder, "include", "b.glsl"), "#include \"a.glsl\"\n")
	return folder
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, folder, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// updates runs Update and compares what it compiled.
func updates(t *testing.T, folder string, c *Compiler, want ...string) {
	t.Helper()
	got, err := Update(folder, c)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("compiled %v (%v), want %v", got, err, want)
	}
}

func checks(t *testing.T, folder string, want ...string) {
	t.Helper()
	got, err := Check(folder)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("stale: %q (%v), want %q", got, err, want)
	}
}

func TestUpdateCompilesWhatIsStale(t *testing.T) {
	folder, c := newFolder(t), fakeGlslc(t, "1")
	checks(t, folder, "one: not compiled", "two: not compiled")
	updates(t, folder, c, "one", "two")
	checks(t, folder)
	updates(t, folder, c)
	updates(t, folder, noCompiler)

	put(t, filepath.Join(folder, "include", "b.glsl"), "// another\n")
	checks(t, folder, "two: an included file changed")
	updates(t, folder, c, "two")
	put(t, filepath.Join(folder, "one.comp"), "// One, differently.\n")
	checks(t, folder, "one: source changed")
	updates(t, folder, c, "one")
	if !strings.Contains(get(t, folder, generatedName), "// One: One, differently.") {
		t.Error("the Go file has an old comment")
	}
	put(t, filepath.Join(folder, "spv", "two.addr.spv"), "damaged")
	checks(t, folder, "two: spv/two.addr.spv is not what was compiled")
	updates(t, folder, c, "two")
	checks(t, folder)
	updates(t, folder, fakeGlslc(t, "2"), "one", "two")
}

func TestUpdateLeavesFilesAlone(t *testing.T) {
	folder, c := newFolder(t), fakeGlslc(t, "1")
	updates(t, folder, c, "one", "two")
	files := []string{generatedName, manifestName, "spv/one.addr.spv", "spv/two.ssbo.spv"}
	times := func() (all []int64) {
		for _, file := range files {
			info, err := os.Stat(filepath.Join(folder, file))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, info.ModTime().UnixNano())
		}
		return all
	}
	before := times()
	updates(t, folder, c)
	if after := times(); !slices.Equal(before, after) {
		t.Errorf("%v were written at %v and again at %v", files, before, after)
	}
}

func TestUpdateRemovesWhatHasNoSource(t *testing.T) {
	folder, c := newFolder(t), fakeGlslc(t, "1")
	updates(t, folder, c, "one", "two")
	put(t, filepath.Join(folder, "spv", "stray.spv"), "")
	if err := os.Remove(filepath.Join(folder, "one.comp")); err != nil {
		t.Fatal(err)
	}
	checks(t, folder, "one: source is gone", "spv/stray.spv: not in the manifest")
	updates(t, folder, noCompiler)
	checks(t, folder)
	left, err := filepath.Glob(filepath.Join(folder, "spv", "*"))
	if err != nil || len(left) != 2 || strings.Contains(get(t, folder, generatedName), "type One") {
		t.Errorf("spv holds %v (%v), and the Go file:\n%s", left, err, get(t, folder, generatedName))
	}
}

func TestFailureKeepsTheOldModules(t *testing.T) {
	folder, c := newFolder(t), fakeGlslc(t, "1")
	updates(t, folder, c, "one", "two")
	old := get(t, folder, "spv/one.addr.spv")
	put(t, filepath.Join(folder, "one.comp"), "// One, with a mistake.\n")
	put(t, filepath.Join(folder, "two.comp"), "// Two, without.\n")
	compiled, err := Update(folder, c)
	if err == nil || !strings.Contains(err.Error(), "one.comp:1: error: mistake") || !slices.Equal(compiled, []string{"two"}) {
		t.Errorf("compiled %v, error %v", compiled, err)
	}
	if get(t, folder, "spv/one.addr.spv") != old {
		t.Error("the old module is gone")
	}
	checks(t, folder, "one: not compiled")
	put(t, filepath.Join(folder, "one.comp"), "// One.\n")
	updates(t, folder, c, "one")
	checks(t, folder)
}

func TestFailureUnderANewCompilerStaysStale(t *testing.T) {
	folder := newFolder(t)
	updates(t, folder, fakeGlslc(t, "1"), "one", "two")
	one := get(t, folder, "one.comp")
	put(t, filepath.Join(folder, "one.comp"), "// A mistake.\n")
	if _, err := Update(folder, fakeGlslc(t, "2")); err == nil {
		t.Fatal("no error")
	}
	put(t, filepath.Join(folder, "one.comp"), one)
	checks(t, folder, "one: not compiled")
}

func TestStaleWithoutCompiler(t *testing.T) {
	if _, err := Update(newFolder(t), noCompiler); !errors.Is(err, ErrNoTool) || !strings.Contains(err.Error(), "one, two") {
		t.Errorf("error %v", err)
	}
}

func TestSourceMustSayWhatItComputes(t *testing.T) {
	folder := newFolder(t)
	put(t, filepath.Join(folder, "one.comp"), "#version 460\n// Too late.\n")
	if _, err := Update(folder, fakeGlslc(t, "1")); err == nil || !strings.Contains(err.Error(), "one.comp: does not begin with a comment") {
		t.Errorf("error %v", err)
	}
}

func TestGoFileMustMatch(t *testing.T) {
	folder := newFolder(t)
	updates(t, folder, fakeGlslc(t, "1"), "one", "two")
	put(t, filepath.Join(folder, generatedName), "package shaders\n")
	checks(t, folder, generatedName+": not what the generator writes")
}

func TestToolIsNamedWhenMissing(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("VKGAN_NOTHING", "")
	if _, err := Tool("glslc", "VKGAN_NOTHING"); !errors.Is(err, ErrNoTool) {
		t.Errorf("error %v", err)
	}
	t.Setenv("VKGAN_NOTHING", " run  it ")
	if command, err := Tool("glslc", "VKGAN_NOTHING"); err != nil || !slices.Equal(command, []string{"run", "it"}) {
		t.Errorf("command %q, %v", command, err)
	}
}
