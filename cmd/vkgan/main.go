// Command vkgan trains GANs on the GPU, through Vulkan.
package main

import (
	"os"

	"vkgan/vk/sidecar"
)

func main() {
	sidecar.Reexec()
	os.Exit(run(os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}
