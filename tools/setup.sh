#!/usr/bin/env bash
# setup.sh run|test|shaders makes this machine ready, and takes a moment where it is.
#   run      what `make run` needs: system packages, MNIST, a fast CPU Vulkan driver where there is no GPU
#   test     the same, the CPU driver in any case, and what only tests use: validation layers, Xvfb,
#            shader tools, the old drivers of the matrix
#   shaders  the shader compiler alone
# All but the system packages goes to the user's cache, ${XDG_CACHE_HOME:-~/.cache}/vkgan.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
what=${1:-run}
cache=${XDG_CACHE_HOME:-${HOME:?"setup: neither XDG_CACHE_HOME nor HOME is set"}/.cache}/vkgan
suites=(sid forky trixie-backports) # of the CPU driver: the first that passes its self-test

say() { echo "setup: $*" >&2; }
die() { say "$*"; exit 1; }

# ---- system packages -------------------------------------------------------------------------------
packages=(gcc libc6-dev libvulkan1 mesa-vulkan-drivers
	libx11-dev libxcursor-dev libxi-dev libxinerama-dev libxrandr-dev libxxf86vm-dev libgl-dev)
[ "$what" != test ] || packages+=(vulkan-validationlayers xvfb)

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

debian_packages() {
	local missing
	missing=$(printf '%s\n' "${packages[@]}" | grep -vxFf <(
		dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null | sed -n 's/^installed //p') || true)
	missing=${missing//$'\n'/ }
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null && ! { [ -t 0 ] && command -v sudo >/dev/null; }; then
		die "system packages are missing and this user may not install them; as root, run
    apt-get update && apt-get install -y --no-install-recommends $missing"
	fi
	say "installing system packages: $missing"
	as_root apt-get -qq update || say "apt-get update failed; trying with the lists there are"
	# shellcheck disable=SC2086
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -oDPkg::Lock::Timeout=120 -oDpkg::Use-Pty=0 \
		install --no-install-recommends $missing </dev/null >"$cache/apt.log" 2>&1 ||
		{ tail -n 20 "$cache/apt.log" >&2; die "apt-get could not install: $missing"; }
}

other_packages() {
	local headers='X11/Xlib X11/Xcursor/Xcursor X11/extensions/XInput2 X11/extensions/Xinerama
		X11/extensions/Xrandr X11/extensions/xf86vmode GL/gl' h wanted=vulkan-loader
	if command -v gcc >/dev/null && [ -n "$(find /usr/lib* /lib* -maxdepth 2 -name libvulkan.so.1 -print -quit 2>/dev/null)" ] &&
		for h in $headers; do echo "#include <$h.h>"; done | gcc -E - >/dev/null 2>&1 &&
		{ [ "$what" != test ] || command -v Xvfb >/dev/null; }; then
		return 0
	fi
	die "vkgan needs gcc, the Vulkan loader and driver, and the X11 headers of GLFW. Install them with
    Fedora: dnf install gcc vulkan-loader mesa-vulkan-drivers vulkan-validation-layers libX11-devel libXcursor-devel libXi-devel libXinerama-devel libXrandr-devel libXxf86vm-devel mesa-libGL-devel xorg-x11-server-Xvfb
    Arch:   pacman -S gcc vulkan-icd-loader vulkan-swrast vulkan-validation-layers libx11 libxcursor libxi libxinerama libxrandr libxxf86vm libglvnd xorg-server-xvfb (and your GPU's driver)
    others: the same by their names there"
}

# apt's package lists, which the side folders take the mirror from; a fresh container has none.
apt_lists() {
	[ -n "$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)" ] && return
	[ "$(id -u)" != 0 ] || apt-get -qq update
}

# ---- folders in the cache ----------------------------------------------------------------------------
key() { cat tools/side.sh tools/setup.sh | sha256sum | cut -c1-32; }
stamped() { [ "$(cat "$1/stamp" 2>/dev/null)" = "$2" ]; }

# The CPU driver: the system's own where it is recent, else a newer suite's beside the system.
lavapipe() {
	local dir=$cache/lavapipe suite today
	today="$(key) $(date +%F)" # a day's stamp: what fell back to the slow driver tries again tomorrow
	{ stamped "$dir" "$(key)" || stamped "$dir" "$today"; } && return
	[ -d "$dir" ] || say "fetching a fast CPU Vulkan driver (about 75 MB) into $dir"
	if tools/side.sh system "$dir" && recent "$dir"; then
		key >"$dir/stamp"
		return
	fi
	if command -v apt-get >/dev/null; then
		apt_lists || true
		for suite in "${suites[@]}"; do
			if tools/side.sh "$suite" "$dir" mesa-vulkan-drivers libvulkan1 vulkan-validationlayers && recent "$dir"; then
				key >"$dir/stamp"
				return
			fi
			say "the driver of Debian's $suite does not work here; trying the next"
		done
	fi
	say "WARNING: no recent CPU driver could be had; the system's own is used, which is 10 times slower"
	tools/side.sh system "$dir" && echo "$today" >"$dir/stamp"
}

# recent DIR: the driver there is Mesa 26 or newer.
recent() {
	local lib
	lib=$(sed -n 's/.*"library_path": *"\([^"]*\)".*/\1/p' "$1/lvp.json" "$(sed -n 's/^VK_DRIVER_FILES=\([^ $]*\) .*/\1/p' "$1/run")" 2>/dev/null | head -n 1)
	(cd "$1" && grep -aqE '^Mesa (2[6-9]|[3-9][0-9])\.' <(strings -a "$lib" 2>/dev/null))
}

shader_tools() {
	local dir=$cache/shader-tools
	stamped "$dir" "$(key)" && return
	say "fetching the shader compiler into $dir"
	command -v apt-get >/dev/null || die "building shaders needs Debian's trixie packages glslc and spirv-tools (only Debian can unpack them here)"
	apt_lists
	tools/side.sh trixie "$dir" glslc glslang-tools spirv-tools && key >"$dir/stamp"
}

# SwiftShader, a second CPU driver for tests, out of Chromium's package; Chromium is not installed.
swiftshader() {
	local dir=$cache/swiftshader new
	stamped "$dir" "$(key)" && return
	say "fetching SwiftShader (out of chromium-common, 32 MB) into $dir"
	apt_lists
	new=$(mktemp -d "$dir.new.XXXXXX")
	(cd "$new" && apt-get -qq -oAPT::Sandbox::User=root download chromium-common && dpkg --fsys-tarfile ./*.deb |
		tar -x --strip-components=4 ./usr/lib/chromium/libvk_swiftshader.so ./usr/lib/chromium/vk_swiftshader_icd.json) ||
		{ rm -rf "$new"; die "cannot get SwiftShader out of the package chromium-common"; }
	rm "$new"/*.deb
	cat >"$new/run" <<'EOT'
#!/bin/sh
# DIR/run PROGRAM ARGS: runs a program on SwiftShader.
dir=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
VK_DRIVER_FILES=$dir/vk_swiftshader_icd.json VK_ICD_FILENAMES=$VK_DRIVER_FILES VKGAN_SIDE=$$ NODEVICE_SELECT=1
export VK_DRIVER_FILES VK_ICD_FILENAMES VKGAN_SIDE NODEVICE_SELECT
exec "$@"
EOT
	chmod 755 "$new" "$new/run"
	key >"$new/stamp"
	rm -rf "$dir"
	mv -T "$new" "$dir"
}

# The system's own CPU driver under a `run` of its own, for the driver matrix.
system_lavapipe() {
	local dir=$cache/system-lavapipe
	stamped "$dir" "$(key)" || { tools/side.sh system "$dir" && key >"$dir/stamp"; }
}

# A device node that a GPU driver needs; where there is one, Vulkan itself is asked.
gpu() {
	compgen -G '/dev/dri/*' >/dev/null || compgen -G '/dev/nvidia[0-9]*' >/dev/null || [ -e /dev/dxg ]
}

go_toolchain() {
	command -v go >/dev/null || die "Go is missing; install Go 1.26 or newer (https://go.dev/doc/install) and put its bin folder on PATH"
	case $(go env GOVERSION) in
	go1.[0-9] | go1.[0-9].* | go1.1[0-9]* | go1.20*) die "$(go version) is too old; install Go 1.26 or newer (https://go.dev/doc/install)" ;;
	esac
}

mnist() {
	local f
	for f in {train,t10k}-{images-idx3,labels-idx1}-ubyte.gz; do
		[ -e "internal/mnist/data/$f" ] || { go run ./tools/mnist && return; }
	done
}

[ "$(uname -sm)" = "Linux x86_64" ] || die "this version of vkgan runs on Linux x86-64 alone; this is $(uname -sm)"
mkdir -p "$cache"
exec 9>"$cache/lock" # one set-up at a time
flock 9
case $what in
shaders) shader_tools ;;
run | test)
	go_toolchain
	if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then debian_packages; else other_packages; fi
	mnist
	if [ "$what" = test ]; then
		lavapipe
		shader_tools
		swiftshader
		system_lavapipe
	elif ! gpu; then
		lavapipe
	fi
	;;
*) die "usage: setup.sh run|test|shaders" ;;
esac
