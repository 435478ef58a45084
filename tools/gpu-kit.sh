#!/usr/bin/env bash
# gpu-kit.sh DIR puts into DIR, and into DIR.tar.gz, all that is needed to test and time a GPU on a machine with neither network,
# Go, compiler, X11 nor root: `DIR/run.sh STATE` there does it (docs/gpu.md). It fails where the archive is above 40 MiB.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kit=$1 limit=$((40 << 20))
packages=(vk shaders layers gan)

# MNIST is in the kit once, beside the programs: an overlay hides it from those that would embed it.
overlay=$(mktemp)
trap 'rm -f "$overlay"' EXIT
files=(internal/mnist/data/*.gz)
[ -e "${files[0]}" ] || { echo "gpu-kit: MNIST is not there: run \`make setup\`" >&2; exit 1; }
printf '{"Replace": {%s}}' "$(printf '"'"$PWD"'/%s": "",' "${files[@]}" | sed 's/,$//')" >"$overlay"
flags=(-overlay "$overlay" -trimpath -tags nowindow)
version=$(git describe --tags --always --dirty)

rm -rf "$kit" "$kit.tar.gz"
mkdir -p "$kit"/{lib/gl,src,mnist}
cp "${files[@]}" "$kit/mnist/"
cp tools/gpu-kit/run.sh tools/peer/torch_gan.py "$kit/"
go build "${flags[@]}" -ldflags "-s -w -X main.version=$version" -o "$kit/vkgan-headless" ./cmd/vkgan
CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$kit/measure" ./tools/gpu/run
CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$kit/report" ./tools/gpu/report

# The tests read their own testdata, generated files and sources: the tree as it is, without history and pictures.
git ls-files -z --cached --others --exclude-standard -- . ':!docs/images' |
	while IFS= read -r -d '' f; do [ ! -e "$f" ] || printf '%s\0' "$f"; done |
	tar -c --null -T - | tar -x -C "$kit/src"
for p in "${packages[@]}"; do
	go test -c "${flags[@]}" -ldflags '-s -w' -o "$kit/src/$p/$p.test" "./$p"
done

# The loader, for a machine that has none, and in lib/gl what NVIDIA's driver asks for beside it, for a container that lacks that.
# The driver is the machine's own, and so is a validation layer: this system's may be too old for it, a newer one needs a newer libc.
library() { ldconfig -p | sed -n "s|.*[[:space:]]$1 (.*x86-64.*=> ||p" | head -n 1; }
cp -L "$(library libvulkan.so.1)" "$kit/lib/libvulkan.so.1"
for so in libGLdispatch.so.0 libEGL.so.1 libGLX.so.0 libX11.so.6 libXext.so.6 libxcb.so.1 libXau.so.6 libXdmcp.so.6 \
	libbsd.so.0 libmd.so.0; do
	from=$(library "$so")
	[ -z "$from" ] || cp -L "$from" "$kit/lib/gl/$so"
done
libc=$(cat "$kit"/{vkgan-headless,measure,report} "$kit"/src/*/*.test "$kit"/lib/*.so* "$kit"/lib/gl/* |
	grep -ao 'GLIBC_2\.[0-9]*' | sort -uV | tail -n 1 | cut -d_ -f2)
{
	echo "vkgan $version, built $(date -u +%FT%TZ) with $(go version | cut -d' ' -f3)"
	echo "needs glibc $libc or newer, x86-64, and a Vulkan driver"
} >"$kit/BUILD"
cat "$kit/BUILD"

tar -c --owner=0 --group=0 --sort=name -C "$(dirname "$kit")" "$(basename "$kit")" | gzip -9n >"$kit.tar.gz"
size=$(stat -c %s "$kit.tar.gz")
du -sh "$kit"
echo "$kit.tar.gz: $((size >> 10)) KiB"
[ "$size" -le "$limit" ] ||
	{ echo "gpu-kit: $kit.tar.gz is above $((limit >> 20)) MiB: something is in it twice, or not stripped" >&2; exit 1; }
