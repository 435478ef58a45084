#!/usr/bin/env bash
# checkpoint-cost.sh [ROUNDS [MODEL]]: what a checkpoint on the way costs training, in one interleaved run. Steps 10 to 70 are
# timed without a checkpoint and with three of them (`--checkpoint-every 20`), in turns; the share is of the default cadence, one
# in five minutes. Build first (make build), and leave the machine alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-3} model=${2:-infogan}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# seconds CADENCE: how long steps 10 to 70 take.
seconds() {
	rm -rf "$out"/*
	bin/vkgan train "$model" --recipe reference --out "$out" --max-steps 70 --log-every 10 --eval-every 1000000 --sample-every 1000000 \
		--calibrate-on 1000 --checkpoint-every "$1" --quiet >/dev/null
	sed -n 's/^{"step":\(10\|70\),.*"time_s":\([0-9.]*\).*/\1 \2/p' "$out"/*/metrics.jsonl |
		awk '!($1 in t) { t[$1] = $2 } END { print t[70] - t[10] }'
}

without=() with=()
for ((i = 0; i < rounds; i++)); do
	without+=("$(seconds 0)")
	with+=("$(seconds 20)")
	echo "round $((i + 1)): ${without[-1]} s without, ${with[-1]} s with three checkpoints"
done
median() { printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int((NR + 2) / 2)]) / 2 }'; }
awk -v a="$(median "${without[@]}")" -v b="$(median "${with[@]}")" 'BEGIN {
	each = (b - a) / 3
	printf "medians: %.2f s, %.2f s; a checkpoint costs %.2f s, %.2f %% of five minutes\n", a, b, each, each / 3
}'
