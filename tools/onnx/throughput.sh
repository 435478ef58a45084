#!/usr/bin/env bash
# throughput.sh RUN [ROUNDS [THREADS [BATCH]]] measures a run's two networks in vkgan and, exported, in onnxruntime, in turns on the
# same cores, and prints a table of images a second, medians of the rounds: `vkgan sample` beside the generator, `vkgan eval` on
# MNIST's 10,000 test images beside the discriminator. RUN is a run's folder or a checkpoint. ROUNDS is 3, THREADS 2, and
# onnxruntime's BATCH 100 by default; vkgan has batches of its own. Neither counts its start; vkgan counts writing the images.
#   tools/onnx/throughput.sh runs/00001-infogan-l10
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,6s/^# //p' "$0" >&2; exit 2; }
run=$(realpath "$1") rounds=${2:-3} threads=${3:-2} batch=${4:-100}
cd "$(dirname "$0")/../.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for part in generator discriminator; do
	bin/vkgan export "$run" --part "$part" --out "$dir/$part.onnx" >/dev/null
done
field() { grep -o '"images_per_s": *[0-9.]*' | grep -o '[0-9.]*$'; }
median() { sort -n "$1" | awk '{v[NR]=$1} END{print NR%2 ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }
on_cores() { taskset -c "0-$((threads - 1))" "$@"; }
for ((i = 1; i <= rounds; i++)); do
	on_cores bin/vkgan sample "$run" --count 20000 --out "$dir/images.npy" --json 2>/dev/null | field >>"$dir/generator.ours"
	on_cores tools/onnx/bench "$dir/generator.onnx" "$threads" "$batch" | field >>"$dir/generator.peer"
	on_cores bin/vkgan eval "$run" --json | field >>"$dir/discriminator.ours"
	on_cores tools/onnx/bench "$dir/discriminator.onnx" "$threads" "$batch" | field >>"$dir/discriminator.peer"
	echo "round $i of $rounds" >&2
done
printf '%-14s %10s %12s %20s\n' images/s vkgan onnxruntime 'vkgan ÷ onnxruntime'
for part in generator discriminator; do
	awk -v part="$part" -v o="$(median "$dir/$part.ours")" -v p="$(median "$dir/$part.peer")" \
		'BEGIN{printf "%-14s %10.0f %12.0f %19.2f\n", part, o, p, o/p}'
done
