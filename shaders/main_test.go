package shaders_test

import (
	"os"
	"testing"

	"vkgan/internal/devicetest"
)

func TestMain(m *testing.M) {
	devicetest.Storm()
	os.Exit(m.Run())
}
