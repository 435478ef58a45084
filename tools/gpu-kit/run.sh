#!/usr/bin/env bash
# run.sh [OUT]: what this machine's GPU is, whether vkgan's tests pass on it, how long a training step
# takes. All output goes to OUT (default: a new folder here); the summary is also printed. Exits 1 where
# a test failed. DEVICE=… picks another device than the best (an index, name or UUID of devices.txt).
set -uo pipefail
kit=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$kit/out-$(date -u +%Y%m%dT%H%M%SZ)}
mkdir -p "$out" || exit 1
out=$(cd "$out" && pwd)
exec > >(tee "$out/summary.txt") 2>&1
failed=()

export VKGAN_SIDE=0 # no other CPU driver: this is about the GPU
ldconfig=$(command -v ldconfig || echo /sbin/ldconfig)
library() { "$ldconfig" -p 2>/dev/null | grep -q "$1 "; }
if ! library libvulkan.so.1; then
	echo "no Vulkan loader here: using the kit's"
	export LD_LIBRARY_PATH="$kit/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
# Containers often have NVIDIA's driver without the manifest that makes it known to the loader.
if [ -z "${VK_DRIVER_FILES:-}" ] && ! compgen -G '/usr/share/vulkan/icd.d/nvidia*' >/dev/null &&
	! compgen -G '/etc/vulkan/icd.d/nvidia*' >/dev/null; then
	for so in libGLX_nvidia.so.0 libEGL_nvidia.so.0; do
		library "$so" || continue
		echo "no manifest of NVIDIA's driver here: naming $so"
		echo '{"file_format_version":"1.0.0","ICD":{"library_path":"'"$so"'","api_version":"1.3.0"}}' >"$out/nvidia_icd.json"
		export VK_ADD_DRIVER_FILES="$out/nvidia_icd.json"
		[ "$so" = libEGL_nvidia.so.0 ] || "$kit/vkgan-headless" devices 2>/dev/null | grep -qi nvidia && break # the first needs X11's libraries
	done
fi

echo "== the kit"
cat "$kit/BUILD"
echo "== the machine"
{
	uname -srm
	grep PRETTY_NAME /etc/os-release
	grep -m1 'model name' /proc/cpuinfo
	echo "$(nproc) processors, $(awk '/MemTotal/ {print int($2/1048576)}' /proc/meminfo) GiB"
	ldd --version 2>/dev/null | head -n 1
	ls -l /dev/dri /dev/nvidia* 2>/dev/null
	nvidia-smi 2>/dev/null
} >"$out/machine.txt"
head -n 4 "$out/machine.txt"
"$kit/vkgan-headless" doctor >"$out/doctor.txt" 2>&1
"$kit/vkgan-headless" devices --json >"$out/devices.json" 2>"$out/devices.err"
"$kit/vkgan-headless" devices >"$out/devices.txt" 2>&1 || failed+=(devices)
cat "$out/devices.txt"

echo "== tests" # but those that need the SPIR-V validator or onnxruntime, whose answers are the same on every machine
for test in "$kit"/src/*/*.test; do
	name=$(basename "$test" .test)
	start=$SECONDS
	if (cd "$(dirname "$test")" && "$test" -test.v -test.timeout 20m -test.skip '^TestModulesAreValid$|InONNXRuntime$') >"$out/test-$name.txt" 2>&1; then
		echo "ok   $name  $((SECONDS - start)) s"
	else
		failed+=("$name")
		echo "FAIL $name  $((SECONDS - start)) s, see test-$name.txt:"
		grep -E '^ *--- FAIL|^panic|^fatal|^SIG|error while loading' "$out/test-$name.txt" | head -n 20
	fi
done

for part in device kernels step; do
	echo "== bench $part"
	timeout 300 "$kit/vkgan-headless" bench "$part" --json ${DEVICE:+--device "$DEVICE"} >"$out/$part.json" 2>"$out/$part.err" || {
		failed+=("bench $part")
		tail -n 3 "$out/$part.err"
	}
	[ "$part" = kernels ] || cat "$out/$part.json"
done

echo "== ${#failed[@]} failed: ${failed[*]:-}"
[ ${#failed[@]} = 0 ]
