#!/usr/bin/env bash
# gpu-kit.sh DIR puts into DIR all that is needed to test and time a GPU on a machine with neither
# network, Go nor X11: `DIR/run.sh` there does it. Needs bin/vkgan-headless (`make gpu-kit` builds it).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kit=$1
packages=(vk shaders layers gan)

rm -rf "$kit"
mkdir -p "$kit"/{lib,layers,src}
cp bin/vkgan-headless tools/gpu-kit/run.sh "$kit/"

# The tests read their own testdata, generated files and sources: the tree as it is, without history.
git ls-files -z --cached --others --exclude-standard |
	while IFS= read -r -d '' f; do [ ! -e "$f" ] || printf '%s\0' "$f"; done |
	tar -c --null -T - | tar -x -C "$kit/src"
for p in "${packages[@]}"; do
	go test -c -trimpath -tags nowindow -ldflags '-s -w' -o "$kit/src/$p/$p.test" "./$p"
done

# The loader and the validation layer, for a machine that has none. The GPU's driver is the machine's own.
library() { ldconfig -p | sed -n "s|.*$1 (.*x86-64.*=> ||p" | head -n 1; }
cp -L "$(library libvulkan.so.1)" "$kit/lib/libvulkan.so.1"
layer=/usr/share/vulkan/explicit_layer.d/VkLayer_khronos_validation.json
if [ -e "$layer" ]; then
	so=$(library libVkLayer_khronos_validation.so)
	cp -L "${so:-/usr/lib/x86_64-linux-gnu/libVkLayer_khronos_validation.so}" "$kit/layers/"
	sed 's|"library_path": *"[^"]*"|"library_path": "./libVkLayer_khronos_validation.so"|' "$layer" >"$kit/layers/${layer##*/}"
fi
{
	echo "vkgan $(git describe --tags --always --dirty), built $(date -u +%FT%TZ) with $(go version | cut -d' ' -f3)"
	echo "needs glibc $(cat "$kit/vkgan-headless" "$kit"/src/*/*.test "$kit"/lib/*.so* "$kit"/layers/*.so 2>/dev/null |
		grep -ao 'GLIBC_2\.[0-9]*' | sort -uV | tail -n 1 | cut -d_ -f2) or newer, x86-64, and a Vulkan driver"
} >"$kit/BUILD"
cat "$kit/BUILD"
du -sh "$kit"
