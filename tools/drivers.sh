#!/usr/bin/env bash
# drivers.sh prints the test matrix, a driver a line: NAME RUN EXPECTED, separated by tabs.
#   RUN       starts a program on that driver (`RUN PROGRAM ARGS`, `go test -exec RUN`); `env` for a GPU
#   EXPECTED  what the device must be, so that the wrong driver cannot pass: VKGAN_EXPECT_DRIVER
# `make setup` and `make test` make the folders that RUN is in.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vkgan

row() { printf '%s\t%s\t%s\n' "$@"; }

# The driver that the project is made for; set-up recorded what passed the self-test.
row lavapipe "$cache/lavapipe/run" "$(cat "$cache/lavapipe/driver")"

# The system's own, where it is another one; with 512-bit vectors Debian 12's takes minutes to compile a kernel.
if [ "$(cat "$cache/lavapipe/suite")" != system ]; then
	version=$(dpkg-query -W -f '${Version}' mesa-vulkan-drivers)
	row system-lavapipe "env LP_NATIVE_VECTOR_WIDTH=256 $cache/system-lavapipe/run" "llvmpipe|Mesa ${version%%[-~+]*}"
fi

[ ! -e "$cache/swiftshader/run" ] || row swiftshader "$cache/swiftshader/run" "SwiftShader driver|"

# A GPU, on the system's own loader and driver.
if gpu=$("$cache/selftest" -gpu 2>/dev/null); then row gpu env "$gpu"; fi
