package main

import (
	"strings"
	"testing"
)

// The tables hold all of a step's arithmetic (docs/performance.md), whatever the GPU.
func TestTables(t *testing.T) {
	for name, l := range gpus {
		var text strings.Builder
		if err := write(&text, l); err != nil {
			t.Fatal(name, err)
		}
		for _, want := range []string{"**InfoGAN**", "| 35.94 |", "**SSGAN**", "| 3.01 |", "convolution filter 200x14x14x64", "everything else"} {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%s: no %q in\n%s", name, want, &text)
			}
		}
	}
}
