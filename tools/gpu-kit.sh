#!/usr/bin/env bash
# gpu-kit.sh DIR puts into DIR all that is needed to test and time a GPU on a machine with neither
# network, Go nor X11: `DIR/run.sh` there does it. Needs bin/vkgan-headless (`make gpu-kit` builds it).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kit=$1
packages=(vk shaders layers gan)

rm -rf "$kit"
mkdir -p "$kit"/{lib,src}
cp bin/vkgan-headless tools/gpu-kit/run.sh "$kit/"

# The tests read their own testdata, generated files and sources: the tree as it is, without history.
git ls-files -z --cached --others --exclude-standard |
	while IFS= read -r -d '' f; do [ ! -e "$f" ] || printf '%s\0' "$f"; done |
	tar -c --null -T - | tar -x -C "$kit/src"
for p in "${packages[@]}"; do
	go test -c -trimpath -tags nowindow -ldflags '-s -w' -o "$kit/src/$p/$p.test" "./$p"
done

# The loader, for a machine that has none. The GPU's driver is the machine's own, and so is a validation
# layer: this system's may be too old for it, a newer one needs a newer libc.
loader=$(ldconfig -p | sed -n 's|.*libvulkan.so.1 (.*x86-64.*=> ||p' | head -n 1)
cp -L "$loader" "$kit/lib/libvulkan.so.1"
{
	echo "vkgan $(git describe --tags --always --dirty), built $(date -u +%FT%TZ) with $(go version | cut -d' ' -f3)"
	echo "needs glibc $(cat "$kit/vkgan-headless" "$kit"/src/*/*.test "$kit"/lib/*.so* | grep -ao 'GLIBC_2\.[0-9]*' | sort -uV | tail -n 1 | cut -d_ -f2) or newer, x86-64, and a Vulkan driver"
} >"$kit/BUILD"
cat "$kit/BUILD"
du -sh "$kit"
