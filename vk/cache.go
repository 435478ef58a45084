package vk

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	vulkan "github.com/vulkan-go/vulkan"
)

// Cache is where a device's compiled pipelines are kept between processes.
type Cache struct {
	Path    string // of the file; "": they are not kept
	Bytes   int64  // of the pipelines in the file; 0: it holds none
	Trouble error  // why the file is not used, or was not written; the device works all the same
}

// pipelineCache is Vulkan's cache and its file: the SHA-256 of the key and of
// what follows it, and then what the driver gave (section 10.7).
type pipelineCache struct {
	handle  vulkan.PipelineCache // null: none
	path    string
	key     []byte
	dirty   bool              // pipelines were made since the latest save
	stored  [sha256.Size]byte // at the head of the file; 0: there is none, or none that can be used
	trouble error
}

// cacheHeader is the length of a VkPipelineCacheHeaderVersionOne.
const cacheHeader = 32

var errForeignCache = errors.New("it is damaged, or made by another device or driver")

// openCache gives d a cache that begins with what the folder has for it. What
// cannot be used is as if it were not there.
func (d *Device) openCache(folder string) {
	if folder == "" {
		return
	}
	c := &d.pipelines.cache
	c.key = d.physical.cacheKey()
	digest := sha256.Sum256(c.key)
	c.path = filepath.Join(folder, fmt.Sprintf("%x.bin", digest[:8]))
	data, err := readCache(c.path, c.key, d.physical)
	c.trouble = err
	var r vulkan.Result
	if c.handle, r = d.native.createCache(data); r != vulkan.Success && data != nil {
		data, c.trouble = nil, check("vkCreatePipelineCache", r)
		c.handle, r = d.native.createCache(nil)
	}
	switch {
	case r != vulkan.Success:
		c.handle, c.trouble = vulkan.NullPipelineCache, check("vkCreatePipelineCache", r)
	case data != nil:
		c.stored = cacheDigest(c.key, data)
	}
}

// cacheKey is all that a driver's pipelines depend on. A cache UUID alone would
// not do: lavapipe's is the same for all its versions.
func (p physical) cacheKey() []byte {
	i := p.info
	return fmt.Appendf(nil, "vkgan pipelines 1\n%#x %#x %q %s\n%d %#x %q %q %s\n%s %x %d",
		i.Vendor, p.device, i.Name, i.UUID, i.DriverID, i.DriverVersion, i.DriverName, i.DriverInfo, i.DriverUUID, i.API, p.cache, i.Limits.SubgroupSize)
}

func cacheDigest(key, data []byte) [sha256.Size]byte {
	return sha256.Sum256(append(bytes.Clone(key), data...))
}

// readCache gives what a file holds for a key and for p, nil if there is none.
func readCache(path string, key []byte, p physical) ([]byte, error) {
	file, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	digest, data := file[:min(len(file), sha256.Size)], file[min(len(file), sha256.Size):]
	if want := cacheDigest(key, data); !bytes.Equal(digest, want[:]) || !p.made(data) {
		return nil, fmt.Errorf("%s: %w", path, errForeignCache)
	}
	return data, nil
}

// made reports whether the header of a pipeline cache's data names p.
func (p physical) made(data []byte) bool {
	word := func(i int) uint32 { return binary.LittleEndian.Uint32(data[4*i:]) }
	return len(data) >= cacheHeader && word(0) >= cacheHeader && uint64(word(0)) <= uint64(len(data)) &&
		word(1) == 1 && word(2) == p.info.Vendor && word(3) == p.device && bytes.Equal(data[16:cacheHeader], p.cache[:])
}

// saveCache brings the file up to date with the pipelines made since it was
// written. Where that fails, Cache tells.
func (d *Device) saveCache() {
	d.pipelines.mu.Lock()
	defer d.pipelines.mu.Unlock()
	c := &d.pipelines.cache
	if c.handle == vulkan.NullPipelineCache || !c.dirty || d.broken.Load() != nil {
		return
	}
	c.dirty = false
	data, r := d.native.cacheData(c.handle)
	if r != vulkan.Success {
		c.trouble = check("vkGetPipelineCacheData", r)
		return
	}
	if d.physical.made(data) && len(data) > cacheHeader { // CPU drivers give a header, or less
		c.store(data)
	}
}

// store writes data to the file, unless that is what it holds.
func (c *pipelineCache) store(data []byte) {
	digest := cacheDigest(c.key, data)
	if digest == c.stored {
		return
	}
	if c.trouble = replaceFile(c.path, digest[:], data); c.trouble == nil {
		c.stored = digest
	}
}

// replaceFile writes a file whole or not at all, also where the machine loses
// its power. It makes the folder.
func replaceFile(path string, parts ...[]byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // not there any more when all went well
	for _, part := range parts {
		if _, err = f.Write(part); err != nil {
			break
		}
	}
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Cache tells where the device's compiled pipelines are kept, if Options.Cache
// named a folder.
func (d *Device) Cache() Cache {
	d.pipelines.mu.Lock()
	defer d.pipelines.mu.Unlock()
	c := &d.pipelines.cache
	state := Cache{Path: c.path, Trouble: c.trouble}
	if info, err := os.Stat(c.path); err == nil && c.stored != [sha256.Size]byte{} {
		state.Bytes = max(0, info.Size()-sha256.Size-cacheHeader)
	}
	return state
}
