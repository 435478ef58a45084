package vk

import (
	"fmt"
	"os"
	"strings"

	vulkan "github.com/vulkan-go/vulkan"
)

const validationLayer = "VK_LAYER_KHRONOS_validation"

// validationWanted is o.Validate or VKGAN_VALIDATE.
func validationWanted(o Options) bool {
	v := os.Getenv("VKGAN_VALIDATE")
	return o.Validate || (v != "" && v != "0")
}

// findLayer finds the validation layer, which must offer a way to switch
// synchronization validation on.
func findLayer() (nativeLayer, error) {
	layer, r := nativeFindLayer()
	if err := check("vkEnumerateInstanceLayerProperties", r); err != nil {
		return layer, err
	}
	if layer.found == 0 {
		return layer, fmt.Errorf("validation is asked for, but the layer %s is not installed (Debian and Ubuntu: apt-get install vulkan-validationlayers)", validationLayer)
	}
	if layer.settings == 0 && layer.features == 0 {
		return layer, fmt.Errorf("the layer %s has neither VK_EXT_layer_settings nor VK_EXT_validation_features: it is too old for synchronization validation", validationLayer)
	}
	return layer, nil
}

// Messages lists what the validation layer has said: its warnings and errors,
// the first 64 of them. It is empty where validation is off.
func (d *Device) Messages() []string {
	if d.closed.Load() {
		return d.said
	}
	return d.currentMessages()
}

func (d *Device) currentMessages() []string {
	kept, arrived := d.instance.native.messages()
	if n := arrived - uint64(len(kept)); n > 0 {
		kept = append(kept, fmt.Sprintf("and %d more", n))
	}
	return kept
}

// name labels an object in the validation layer's messages.
func name[T any](d *Device, kind vulkan.ObjectType, handle T, label string) {
	if d.instance.validate {
		nameObject(d.native, kind, handle, label)
	}
}

// validationError is the error that messages amount to, or nil.
func validationError(messages []string) error {
	if len(messages) == 0 {
		return nil
	}
	return fmt.Errorf("the validation layer spoke %d times:\n%s", len(messages), strings.Join(messages, "\n"))
}
