#!/usr/bin/env bash
# run.sh [FLAGS] STATE tests and times this machine's GPU, part by part, and stores a JSON file per part in the folder STATE. The
# same command goes on where the last one ended; `run.sh --help` has the flags, `report STATE` the summary. docs/gpu.md: src/docs.
set -uo pipefail
kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

export VKGAN_SIDE=0 # no other CPU driver: this is about the GPU
ldconfig=$(command -v ldconfig || echo /sbin/ldconfig)
library() { "$ldconfig" -p 2>/dev/null | grep -q "$1 "; }
nvidia() { "$kit/vkgan-headless" devices --json 2>/dev/null | grep -q '"vendor": "NVIDIA"'; }

KIT_LOADER="the machine's" KIT_DRIVER=''
if ! library libvulkan.so.1; then
	KIT_LOADER="the kit's"
	export LD_LIBRARY_PATH="$kit/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi

# Containers often have NVIDIA's driver without the manifest that makes it known to the loader, or without libraries of X11 and
# OpenGL that it asks for although nothing is shown. The first way in which the loader finds it is taken.
find_nvidia() {
	local own=${LD_LIBRARY_PATH:-} gl folder so file made
	made=$(mktemp -d)
	for so in libGLX_nvidia.so.0 libEGL_nvidia.so.0; do
		for folder in '' /usr/local/nvidia/lib64/ /usr/local/nvidia/lib/ /usr/lib/x86_64-linux-gnu/ /usr/lib64/; do
			if [ -z "$folder" ]; then library "$so"; else [ -e "$folder$so" ]; fi || continue
			printf '{"file_format_version":"1.0.0","ICD":{"library_path":"%s","api_version":"1.3.0"}}\n' "$folder$so" \
				>"$made/${folder//\//_}$so.json"
		done
	done
	export __EGL_VENDOR_LIBRARY_FILENAMES=${__EGL_VENDOR_LIBRARY_FILENAMES:-/usr/local/nvidia/share/glvnd/egl_vendor.d/10_nvidia.json}
	[ -e "$__EGL_VENDOR_LIBRARY_FILENAMES" ] || unset __EGL_VENDOR_LIBRARY_FILENAMES
	for gl in '' "$kit/lib/gl" "$kit/lib/gl:/usr/local/nvidia/lib64"; do
		export LD_LIBRARY_PATH="$own${gl:+${own:+:}$gl}"
		[ -n "$LD_LIBRARY_PATH" ] || unset LD_LIBRARY_PATH
		for file in '' /usr/local/nvidia/share/vulkan/icd.d/*.json "$made"/*.json; do
			[ -z "$file" ] || [ -e "$file" ] || continue
			if [ -n "$file" ]; then export VK_ADD_DRIVER_FILES=$file; else unset VK_ADD_DRIVER_FILES; fi
			if nvidia; then
				KIT_DRIVER="${file:-its own manifest}${gl:+, with the libraries of $gl}"
				return 0
			fi
		done
	done
	unset VK_ADD_DRIVER_FILES
	export LD_LIBRARY_PATH=$own
	[ -n "$own" ] || unset LD_LIBRARY_PATH
	echo "run.sh: WARNING: there is an NVIDIA GPU, but the Vulkan loader finds no driver for it" >&2
	return 1
}
gpu() { compgen -G '/dev/nvidia[0-9]*' || command -v nvidia-smi; }
if [ -z "${VK_DRIVER_FILES:-}" ] && gpu >/dev/null && ! nvidia; then find_nvidia; fi

export KIT_LOADER KIT_DRIVER
exec "$kit/measure" "$@"
