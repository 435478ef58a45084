#!/usr/bin/env bash
# products.sh ROUNDS [MODEL...] times the products and convolutions of a step in vkgan, at their place in the step, and OpenBLAS at
# the same shapes and layouts, in turns, and prints how many times faster vkgan is: for each shape and weighted by arithmetic.
# OpenBLAS stands in for a convolution with the product of its unfolded patches: without the unfolding, and only the part of its
# time that falls on taps that are no padding. THREADS: how many it has (default: all processors).
#   tools/peer/products.sh 5 infogan ssgan
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,6s/^# //p' "$0" >&2; exit 2; }
source "$(dirname "${BASH_SOURCE[0]}")/root.sh"
rounds=$1; shift
[ $# -gt 0 ] || set -- infogan ssgan
cd "$peer_folder/../.."
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
for ((i = 1; i <= rounds; i++)); do
	for model in "$@"; do
		echo "round $i: $model" >&2
		bin/vkgan bench kernels --model "$model" --recipe reference --json | tee -a "$lines" |
			peer_python "${THREADS:-$(nproc)}" openblas.py measure >>"$lines"
	done
done
peer_python 1 openblas.py compare <"$lines"
