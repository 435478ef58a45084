#!/usr/bin/env bash
# setup.sh run|test|shaders makes this machine ready, and takes a moment where it is.
#   run      what `make run` needs: system packages, MNIST, a fast CPU Vulkan driver where there is no GPU
#   test     the same, the CPU driver in any case, and what only tests use: validation layers, Xvfb, xdotool,
#            shader tools, the old drivers of the matrix, onnxruntime
#   shaders  the shader compiler alone
# All but the system packages goes to the user's cache, ${XDG_CACHE_HOME:-~/.cache}/vkgan.
# shellcheck disable=SC2016 # what stands in single quotes is for others to expand
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
what=${1:-run}
cache=${XDG_CACHE_HOME:-${HOME:?"setup: neither XDG_CACHE_HOME nor HOME is set"}/.cache}/vkgan

say() { echo "setup: $*" >&2; }
die() { say "$*"; exit 1; }

# ---- system packages -------------------------------------------------------------------------------
packages=(gcc libc6-dev libvulkan1 mesa-vulkan-drivers
	libx11-dev libxcursor-dev libxi-dev libxinerama-dev libxrandr-dev libxxf86vm-dev libgl-dev)
[ "$what" != test ] || packages+=(vulkan-validationlayers xvfb xdotool)
[ "$what" != test ] || command -v npm >/dev/null || packages+=(nodejs npm ca-certificates) # else Node.js is another's than Debian's

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
		X11/extensions/Xrandr X11/extensions/xf86vmode GL/gl' h
	if command -v gcc >/dev/null && [ -n "$(find /usr/lib* /lib* -maxdepth 2 -name libvulkan.so.1 -print -quit 2>/dev/null)" ] &&
		for h in $headers; do echo "#include <$h.h>"; done | gcc -E - >/dev/null 2>&1 &&
		{ [ "$what" != test ] || { command -v Xvfb && command -v xdotool && command -v npm; } >/dev/null; }; then
		return 0
	fi
	die "vkgan needs gcc, the Vulkan loader and driver, and the X11 headers of GLFW. Install them with
    Fedora: dnf install gcc vulkan-loader mesa-vulkan-drivers vulkan-validation-layers libX11-devel libXcursor-devel libXi-devel libXinerama-devel libXrandr-devel libXxf86vm-devel mesa-libGL-devel xorg-x11-server-Xvfb xdotool nodejs-npm
    Arch:   pacman -S gcc vulkan-icd-loader vulkan-swrast vulkan-validation-layers libx11 libxcursor libxi libxinerama libxrandr libxxf86vm libglvnd xorg-server-xvfb xdotool npm (and your GPU's driver)
    others: the same by their names there"
}

# apt's package lists, which the side folders take the mirror from; a fresh container has none.
apt_lists() {
	[ -n "$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)" ] && return
	[ "$(id -u)" != 0 ] || apt-get -qq update
}

# ---- folders in the cache ----------------------------------------------------------------------------
# A folder that is ready carries a stamp: the hash of what made it.
key() { { cat tools/side.sh; echo "$*"; } | sha256sum | cut -c1-32; }
stamped() { [ "$(cat "$1/stamp" 2>/dev/null)" = "$2" ]; }

# The CPU driver: the system's own where it is recent, else a newer suite's beside the system. What was
# there stays until its successor has passed the self-test.
lavapipe() {
	local dir=$cache/lavapipe suite key
	local suites=(system sid forky trixie-backports) packages=(mesa-vulkan-drivers libvulkan1 vulkan-validationlayers)
	key=$(key "${suites[@]}" "${packages[@]}")
	stamped "$dir" "$key" || stamped "$dir" "$key $(date +%F)" && return
	selftest_binary
	trap 'rm -rf "$cache"/lavapipe.try*' EXIT
	for suite in "${suites[@]}"; do
		if [ "$suite" != system ]; then
			command -v apt-get >/dev/null || break
			say "fetching a fast CPU Vulkan driver (Debian's $suite, about 75 MB) into $dir"
			apt_lists || true
		fi
		if tools/side.sh "$suite" "$dir.try" "${packages[@]}" && recent "$dir.try"; then
			ready "$dir.try" "$dir" "$key"
			return
		fi
		[ "$suite" = system ] || say "the driver of Debian's $suite cannot be used here"
	done
	say "WARNING: no recent CPU driver could be had; the system's own is used, which is 10 times slower"
	tools/side.sh system "$dir.try"
	"$dir.try/run" "$cache/selftest" >"$dir.try/driver" || die "and the system's own does not work (see above)"
	ready "$dir.try" "$dir" "$key $(date +%F)" # a day's stamp: tomorrow's set-up tries again
}

# recent DIR: the driver there computes what it should and is Mesa 26 or newer. What it is goes to DIR/driver.
recent() {
	local major
	"$1/run" "$cache/selftest" >"$1/driver" || return
	major=$(sed -n 's/^llvmpipe|Mesa \([0-9]*\)\..*/\1/p' "$1/driver")
	[ "${major:-0}" -ge 26 ]
}

# ready NEW DIR STAMP puts a tested folder in its place.
ready() {
	echo "$3" >"$1/stamp"
	rm -rf "$2"
	mv -T "$1" "$2"
}

selftest_binary() {
	go build -o "$cache/selftest" ./tools/selftest || die "cannot build the driver's self-test (see above)"
}

shader_tools() {
	local dir=$cache/shader-tools packages=(glslc glslang-tools spirv-tools) key
	key=$(key "${packages[@]}")
	stamped "$dir" "$key" && return
	command -v apt-get >/dev/null || die "building shaders needs a Debian system, which unpacks trixie's ${packages[*]}"
	say "fetching the shader compiler (Debian's trixie, 10 MB) into $dir"
	apt_lists
	tools/side.sh trixie "$dir" "${packages[@]}"
	echo "$key" >"$dir/stamp"
}

# folder NAME SUITE: a driver of the test matrix that needs no packages of its own.
folder() {
	local dir=$cache/$1 key
	key=$(key "$2")
	stamped "$dir" "$key" && return
	say "making $dir"
	apt_lists
	tools/side.sh "$2" "$dir"
	echo "$key" >"$dir/stamp"
}

# onnxruntime for Node.js, which the tests run exported models in: the versions and hashes of tools/onnx/package-lock.json.
# No package's own script runs: this one's would fetch a GPU's libraries from elsewhere.
onnxruntime() {
	local dir=$cache/onnxruntime key
	key=$(cat tools/onnx/package*.json | sha256sum | cut -c1-32)
	stamped "$dir" "$key" && return
	say "fetching onnxruntime (by npm, 115 MB, of which 45 MB stay) into $dir"
	rm -rf "$dir.try"
	mkdir "$dir.try"
	cp tools/onnx/package*.json "$dir.try"
	npm ci --prefix "$dir.try" --ignore-scripts --no-audit --no-fund --cache "$dir.try/npm" >"$dir.try/log" 2>&1 ||
		{ tail -n 20 "$dir.try/log" >&2; die "npm could not install what tools/onnx/package-lock.json names (see above)"; }
	rm -rf "$dir.try/npm"
	find "$dir.try/node_modules/onnxruntime-node/bin" -type f ! -path '*/linux/x64/*' -delete
	NODE_PATH=$dir.try/node_modules node -e 'require("onnxruntime-node")' || die "onnxruntime cannot be loaded (see above)"
	ready "$dir.try" "$dir" "$key"
}

# A GPU that vkgan can use. Vulkan is asked only where some GPU's device node exists.
gpu() {
	compgen -G '/dev/dri/*' >/dev/null || compgen -G '/dev/nvidia[0-9]*' >/dev/null || [ -e /dev/dxg ] || return
	selftest_binary
	"$cache/selftest" -gpu >/dev/null 2>&1
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
		[ -e "internal/mnist/data/$f" ] && continue
		go run ./tools/mnist
		return
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
		folder system-lavapipe system
		folder swiftshader swiftshader
		onnxruntime
	elif ! gpu; then
		lavapipe
	fi
	;;
*) die "usage: setup.sh run|test|shaders" ;;
esac
