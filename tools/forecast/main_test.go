package main

import (
	"slices"
	"strings"
	"testing"
)

// tables are those of a device, and the rows of an operation in them.
func tables(t *testing.T, gpu, precision, recipe string) (text string, row func(operation string) string) {
	t.Helper()
	var b strings.Builder
	if err := write(&b, gpus[gpu], precision, recipe); err != nil {
		t.Fatal(gpu, precision, recipe, err)
	}
	lines := strings.Split(b.String(), "\n")
	return b.String(), func(operation string) string {
		i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "| "+operation+" ") })
		if i < 0 {
			t.Fatalf("%s, %s, %s: no %q in\n%s", gpu, precision, recipe, operation, &b)
		}
		return lines[i]
	}
}

// The tables hold all of a step's arithmetic (docs/performance.md), whatever the GPU and the precision.
func TestTables(t *testing.T) {
	arithmetic := map[string][]string{"reference": {"| 35.94 |", "| 3.01 |"}, "best": {"| 53.84 |", "| 4.52 |"}}
	for gpu := range gpus {
		for _, precision := range []string{"fp32", "fp16"} {
			for recipe, gflop := range arithmetic {
				text, row := tables(t, gpu, precision, recipe)
				for _, want := range append(gflop, "**InfoGAN**", "**SSGAN**") {
					if !strings.Contains(text, want) {
						t.Errorf("%s, %s, %s: no %q in\n%s", gpu, precision, recipe, want, text)
					}
				}
				row("everything else")
			}
		}
	}
}

// In fp16, products and convolutions are multiplied by cooperative matrices, but for those of one column, and take another time.
func TestPrecision(t *testing.T) {
	single, row := tables(t, "h200", "fp32", "reference")
	half, halfRow := tables(t, "h200", "fp16", "reference")
	if strings.Contains(single, "coop") {
		t.Errorf("cooperative matrices in\n%s", single)
	}
	for _, operation := range []string{"convolution forward 200x14x14x64", "convolution data 300x14x14x64", "convolution filter 200x14x14x64",
		"product 300x6272x1024 NT", "product 19600x25x64 NT", "product 784x1000x300 TN"} {
		if r := halfRow(operation); !strings.Contains(r, "| coop 16x16x16 ") {
			t.Error(r)
		}
	}
	for _, operation := range []string{"product 200x1x1024 NN", "product 300x1024x1 NT", "product 1024x1x200 TN"} {
		if r := halfRow(operation); r != row(operation) {
			t.Errorf("%s\n%s", r, row(operation))
		}
	}
	if tiled := strings.Count(half, "| 32x32x16 "); tiled != 3 {
		t.Errorf("%d operations in fp32 among\n%s", tiled, half)
	}
	if sum, halfSum := row("all"), halfRow("all"); sum == halfSum {
		t.Error(halfSum)
	}
}
