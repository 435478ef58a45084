package vk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// cached opens a device with a cache in a folder, runs a program on it and closes it; what it found and left.
func cached(t *testing.T, folder string) (found, left Cache) {
	t.Helper()
	d, err := Open(Options{Cache: folder, Validate: layerInstalled(t)})
	if err != nil {
		t.Fatal(err)
	}
	found = d.Cache()
	x, err := d.NewBuffer("x", 64, Local)
	if err != nil {
		t.Fatal(err)
	}
	p, err := scales(d, "p", 0, 5, x.All(), x.All()).End()
	if err != nil {
		t.Fatal(err)
	}
	run(t, d, p, 1)
	if got := floats(t, d, x.All())[0]; got != 10 {
		t.Errorf("the program gives %v, want 10", got)
	}
	p.Free()
	x.Free()
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	return found, d.Cache()
}

// The drivers for processors give nothing that is worth a file, so the data are made up.
func TestStoredPipelines(t *testing.T) {
	p := physical{device: 7}
	c := pipelineCache{path: filepath.Join(t.TempDir(), "a", "b", "cache"), key: p.cacheKey()}
	stored := func(payload string) os.FileInfo {
		t.Helper()
		c.store(header(p, payload))
		if data, err := readCache(c.path, c.key, p); err != nil || !bytes.Equal(data, header(p, payload)) || c.trouble != nil {
			t.Fatalf("%q, %v, %v", data, err, c.trouble)
		}
		if list, err := os.ReadDir(filepath.Dir(c.path)); err != nil || len(list) != 1 {
			t.Errorf("%v, %v: want no temporary file", list, err)
		}
		info, err := os.Stat(c.path)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	one := stored("one")
	if !os.SameFile(one, stored("one")) {
		t.Error("what did not change was written again")
	}
	if os.SameFile(one, stored("one and two")) {
		t.Error("a file was written over, not replaced")
	}
	d := Device{}
	d.pipelines.cache = c
	if state := d.Cache(); state.Path != c.path || state.Bytes != int64(len("one and two")) || state.Trouble != nil {
		t.Errorf("%+v", state)
	}
}

// A file of this device's goes to the driver; one that is not whole, or another device's, does not.
func TestKeptPipelines(t *testing.T) {
	folder := t.TempDir()
	d := open(t, Options{Cache: folder})
	path, data := d.Cache().Path, header(d.physical, "")
	digest := cacheDigest(d.physical.cacheKey(), data)
	whole := append(digest[:], data...)
	for name, test := range map[string]struct {
		file []byte
		good bool
	}{
		"whole": {whole, true}, "empty": {nil, false}, "a hash alone": {whole[:32], false}, "truncated": {whole[:len(whole)-1], false},
		"longer": {append(slices.Clone(whole), 0), false}, "a flipped bit": {flip(whole, len(whole)-1), false},
		"a flipped bit of the hash": {flip(whole, 0), false}, "noise": {bytes.Repeat([]byte("noise"), 1000), false},
	} {
		if err := os.WriteFile(path, test.file, 0o666); err != nil {
			t.Fatal(err)
		}
		if found, _ := cached(t, folder); test.good != (found.Trouble == nil) || !test.good && !errors.Is(found.Trouble, errForeignCache) {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

func flip(file []byte, at int) []byte {
	file = slices.Clone(file)
	file[at] ^= 4
	return file
}

// header is the data of a device's pipeline cache.
func header(p physical, payload string) []byte {
	data := binary.LittleEndian.AppendUint32(nil, cacheHeader)
	for _, word := range []uint32{1, p.info.Vendor, p.device} {
		data = binary.LittleEndian.AppendUint32(data, word)
	}
	return append(append(data, p.cache[:]...), payload...)
}

func TestReadCache(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache")
	mine := physical{device: 0x2335, cache: [16]byte{1, 2, 3}}
	mine.info.Vendor, mine.info.DriverVersion = 0x10de, 7
	write := func(key, data []byte) {
		digest := cacheDigest(key, data)
		if err := replaceFile(path, digest[:], data); err != nil {
			t.Fatal(err)
		}
	}
	key := mine.cacheKey()
	if data, err := readCache(path, key, mine); data != nil || err != nil {
		t.Errorf("no file: %q, %v", data, err)
	}
	good := header(mine, "pipelines")
	write(key, good)
	if data, err := readCache(path, key, mine); err != nil || !bytes.Equal(data, good) {
		t.Errorf("%q, %v", data, err)
	}
	file, _ := os.ReadFile(path)
	for n := range file {
		for what, spoilt := range map[string][]byte{"truncated": file[:n], "flipped": flip(file, n)} {
			if err := os.WriteFile(path, spoilt, 0o666); err != nil {
				t.Fatal(err)
			}
			if data, err := readCache(path, key, mine); data != nil || !errors.Is(err, errForeignCache) {
				t.Fatalf("%s at %d: %q, %v", what, n, data, err)
			}
		}
	}
	// Right hashes over what another device, or another driver, made.
	for what, change := range map[string]func(p *physical){
		"vendor": func(p *physical) { p.info.Vendor++ }, "device": func(p *physical) { p.device++ }, "cache UUID": func(p *physical) { p.cache[15]++ },
	} {
		other := mine
		change(&other)
		write(key, header(other, "pipelines"))
		if data, err := readCache(path, key, mine); data != nil || !errors.Is(err, errForeignCache) {
			t.Errorf("another %s: %q, %v", what, data, err)
		}
	}
	for what, data := range map[string][]byte{
		"no header": []byte("pipelines"), "version": flip(good, 4), "a header shorter than it must be": flip(good, 0)[:31], "a header longer than all": flip(good, 2),
	} {
		write(key, data)
		if data, err := readCache(path, key, mine); data != nil || !errors.Is(err, errForeignCache) {
			t.Errorf("%s: %q, %v", what, data, err)
		}
	}
}

// Drivers whose cache UUID is the same for all their versions share no file.
func TestCacheKeys(t *testing.T) {
	var one physical
	for what, change := range map[string]func(p *physical){
		"driver version": func(p *physical) { p.info.DriverVersion++ }, "driver": func(p *physical) { p.info.DriverID++ },
		"driver info": func(p *physical) { p.info.DriverInfo = "Mesa 26" }, "device UUID": func(p *physical) { p.info.UUID[0]++ },
		"driver UUID": func(p *physical) { p.info.DriverUUID[0]++ }, "vector width": func(p *physical) { p.info.Limits.SubgroupSize = 16 },
	} {
		other := one
		if change(&other); bytes.Equal(one.cacheKey(), other.cacheKey()) {
			t.Errorf("another %s has the same key", what)
		}
	}
}

// Without a folder to write to a device works as without a cache.
func TestFoldersThatCannotKeepPipelines(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{filepath.Join(file, "folder"), "/proc/vkgan"} {
		if _, left := cached(t, folder); left.Bytes != 0 {
			t.Errorf("%s: %+v", folder, left)
		}
		c := pipelineCache{path: filepath.Join(folder, "cache")}
		if c.store([]byte("pipelines")); c.trouble == nil {
			t.Errorf("%s can be written to", folder)
		}
	}
	if found, left := cached(t, ""); found != (Cache{}) || left != (Cache{}) {
		t.Errorf("without a folder: %+v, %+v", found, left)
	}
}
