package shaders_test

import (
	"testing"

	"vkgan/tools/shaders/build"
)

// Sources, included files, modules and generated Go belong together by their hashes in manifest.json.
func TestNothingIsStale(t *testing.T) {
	stale, err := build.Check(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range stale {
		t.Errorf("%s; run `make shaders` and commit what it writes", what)
	}
}
