package shaders_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"vkgan/shaders"
	"vkgan/tools/shaders/build"
	"vkgan/vk"
)

// Every module is valid SPIR-V for Vulkan 1.2, and a broken one is noticed.
func TestModulesAreValid(t *testing.T) {
	validator := findValidator(t)
	for _, s := range shaders.Shaders {
		for b, code := range s.Code {
			if out, err := validate(t, validator, code); err != nil {
				t.Errorf("%s, %v build: %v\n%s", s.Name, vk.Build(b), err, out)
			}
		}
	}
	broken := slices.Clone(shaders.Shaders[0].Code[vk.Storage])
	if out, err := validate(t, validator, broken[:len(broken)-4]); err == nil {
		t.Errorf("a module without its last word passes\n%s", out)
	}
}

func validate(t *testing.T, validator []string, code []byte) (message []byte, err error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "module.spv")
	if err := os.WriteFile(file, code, 0o644); err != nil {
		t.Fatal(err)
	}
	command := slices.Concat(validator, []string{"--target-env", "vulkan1.2", file})
	return exec.Command(command[0], command[1:]...).CombinedOutput()
}

func findValidator(t *testing.T) []string {
	t.Helper()
	command, missing := build.Tool("spirv-val", "VKGAN_SPIRV_VAL")
	if missing == nil {
		return command
	}
	path, err := exec.LookPath("spirv-val")
	if err != nil {
		t.Fatal(missing)
	}
	return []string{path}
}
