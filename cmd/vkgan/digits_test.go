package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// digits makes a folder of IDX files: 60 training and 25 test images of 8×8 in three classes, a bright stripe each.
func digits(t *testing.T) string {
	t.Helper()
	return stripes(t, 8, 8, 0, 1, 2)
}

// stripes makes a folder of IDX files: 60 training and 25 test images, with these labels in turn, a bright stripe each.
func stripes(t *testing.T, height, width int, labelled ...byte) string {
	t.Helper()
	dir := t.TempDir()
	for part, n := range map[string]int{"train": 60, "t10k": 25} {
		images := header(0x803, n, height, width)
		labels := header(0x801, n)
		for i := range n {
			class := i % len(labelled)
			labels = append(labels, labelled[class])
			for pixel := range height * width {
				v := byte(i * 7 % 50)
				if pixel/width/2 == class {
					v = 250
				}
				images = append(images, v)
			}
		}
		for name, data := range map[string][]byte{part + "-images-idx3-ubyte": images, part + "-labels-idx1-ubyte": labels} {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

func header(words ...int) []byte {
	var b []byte
	for _, w := range words {
		b = binary.BigEndian.AppendUint32(b, uint32(w))
	}
	return b
}
