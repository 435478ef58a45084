#!/usr/bin/env bash
# test.sh normal|all|drivers [NAME…] runs the test suite; `make test` (test-all, drivers) sets up first.
# The parts of all, alone: test.sh every|beside|training|storm|race|cgocheck.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

declare -A run expect
while IFS=$'\t' read -r name program driver; do
	run[$name]=$program expect[$name]=$driver drivers+=("$name")
done < <(tools/drivers.sh)

# The packages whose tests compute on a device. internal/preview and cmd/vkgan do so too, but wait for training a bounded time.
gpu_packages=(./vk ./shaders ./layers ./gan ./bench ./internal/canvas)

# on DRIVER GO-TEST-ARGUMENTS... runs tests on a driver of the matrix; variables before it are passed on.
on() {
	local driver=$1
	shift
	printf '\n== %s: go test %s\n' "$driver" "$*"
	VKGAN_EXPECT_DRIVER=${expect[$driver]} go test -timeout "${TIMEOUT:-20m}" -exec "${run[$driver]}" "$@"
}

# smoke DRIVER: all of vk, which asserts the driver, and the smoke tests of what stands on it.
smoke() {
	local out
	on "$1" ./vk
	out=$(on "$1" -run Smoke ./shaders ./layers ./gan ./internal/preview) || { echo "$out"; return 1; }
	echo "$out"
	! grep -q 'no test' <<<"$out" || { echo "test.sh: a package has no smoke test (see above)" >&2; return 1; }
}

others() { printf '%s\n' "${drivers[@]}" | grep -vx lavapipe; }

# whole DRIVER: the whole suite, with less data where an evaluation would take an hour.
whole() {
	case $1 in
	lavapipe | gpu) on "$1" "${gpu_packages[@]}" ;;
	*) VKGAN_TEST_SLOW=1 VKGAN_TIMEOUT=2h on "$1" "${gpu_packages[@]}" ;;
	esac
}

suite() { on lavapipe ./...; }

# beside: what the suite alone does not see.
beside() {
	# Synchronization validation, which sees what the storage-buffer build does; tests run both builds.
	VKGAN_VALIDATE=1 VK_KHRONOS_VALIDATION_SYNCVAL_SHADER_ACCESSES_HEURISTIC=1 \
		on lavapipe ./vk ./shaders ./layers
	# fp16: lavapipe has cooperative matrices for vectors of 256 bits alone; above, tests are sure that they are refused.
	LP_NATIVE_VECTOR_WIDTH=256 VKGAN_VALIDATE=1 VK_KHRONOS_VALIDATION_SYNCVAL_SHADER_ACCESSES_HEURISTIC=1 \
		on lavapipe -run 'Kernels/.*/.*_coop|Half|Coop|Matri|Precision' ./vk ./shaders ./layers ./gan ./cmd/vkgan
	# The garbage collector without pause, freed memory overwritten: what outlives its owner crashes.
	VKGAN_GC_STORM=1 MALLOC_PERTURB_=165 on lavapipe -short ./vk ./layers
	for driver in $(others); do smoke "$driver"; done
}

normal() {
	suite
	beside
}

# every: all shapes on all variants, where CI takes a selection.
every() { VKGAN_TEST_ALL=1 suite; }

# training: the steps of both models in fp32 under validation, by both families of kernels; and whole trainings in fp16.
training() {
	VKGAN_VALIDATE=1 VKGAN_TEST_SLOW=1 on lavapipe -run 'StepIsPyTorchs|SmokeTraining' ./gan
	LP_NATIVE_VECTOR_WIDTH=256 VKGAN_TEST_ALL=1 on lavapipe -run HalfTrains ./gan
}

# What these three look for does not depend on shapes: the suite as CI runs it.
storm() { VKGAN_GC_STORM=1 MALLOC_PERTURB_=165 on lavapipe "${gpu_packages[@]}"; }

race() { on lavapipe -race ./...; }

cgocheck() { GOEXPERIMENT=cgocheck2 on lavapipe "${gpu_packages[@]}"; }

all() {
	every
	beside
	training
	storm
	race
	cgocheck
}

case ${1:-} in
normal) normal ;;
drivers) TIMEOUT=6h; shift; [ $# != 0 ] || set -- "${drivers[@]}"; for driver; do whole "$driver"; done ;;
all | every | beside | training | storm | race | cgocheck) TIMEOUT=2h; "$1" ;;
*) echo "usage: test.sh normal|all|drivers [NAME…]|every|beside|training|storm|race|cgocheck" >&2; exit 2 ;;
esac
