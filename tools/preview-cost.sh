#!/usr/bin/env bash
# preview-cost.sh [ROUNDS [MODEL [STEPS]]]: what --preview costs training, with and without it in turns, in a window of an X
# server of its own (xvfb and xdotool; make setup installs them for tests). Steps 10 to the last are timed. A key is pressed every two
# seconds in a third kind of run: its line tells how many pictures there were, what one takes, and how long it is from a key to
# its picture. Build first (make build), and leave the machine alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-3} model=${2:-infogan} steps=${3:-70}
. tools/display.sh

# seconds FLAGS...: how long steps 10 to the last take; what the run says of its window goes to $out/window.
seconds() {
	rm -rf "$out"/0*
	bin/vkgan train "$model" --recipe reference --out "$out" --max-steps "$steps" --log-every 10 --eval-every 1000000 --sample-every 1000000 \
		--calibrate-on 1000 --checkpoint-every 0 "$@" >"$out/said"
	sed -n 's/^window  *//p' "$out/said" >"$out/window"
	sed -n "s/^{\"step\":\(10\|$steps\),.*\"time_s\":\([0-9.]*\).*/\1 \2/p" "$out"/0*/metrics.jsonl |
		awk -v last="$steps" '!($1 in t) { t[$1] = $2 } END { print t[last] - t[10] }'
}

keys() {
	while sleep 2; do
		id=$(xdotool search --name ' – step ' 2>/dev/null | head -n 1) && xdotool windowfocus "$id" key h 2>/dev/null || true
	done
}

without=() with=()
for ((i = 0; i < rounds; i++)); do
	without+=("$(seconds)")
	with+=("$(seconds --preview)")
	echo "round $((i + 1)): ${without[-1]} s without, ${with[-1]} s with a window ($(cat "$out/window"))"
done
median() { printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int((NR + 2) / 2)]) / 2 }'; }
awk -v a="$(median "${without[@]}")" -v b="$(median "${with[@]}")" 'BEGIN {
	printf "medians: %.2f s, %.2f s; the window costs %.2f %%\n", a, b, 100 * (b - a) / a
}'
keys &
presser=$!
took=$(seconds --preview)
kill $presser
echo "with a key every two seconds: $took s, $(awk -v t="$took" -v n="$steps" 'BEGIN { printf "%.0f", 1000 * t / (n - 10) }') ms a step; $(cat "$out/window")"
