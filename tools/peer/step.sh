#!/usr/bin/env bash
# step.sh ROUNDS MODEL [PEER...] times a training step of vkgan and of a peer in turns, on the same machine, and prints the median
# of each and how many times as fast vkgan is: the median of the rounds' ratios, for a busy host slows down whole rounds. PEER is a
# command that prints a JSON line with step_ms_median; default: PyTorch on the processor (torch.sh).
#   tools/peer/step.sh 5 infogan
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
rounds=$1 model=$2; shift 2
cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- tools/peer/torch.sh --model "$model" --steps 15 --warmup 3
field() { grep -o '"step_ms_median": *[0-9.]*' | grep -o '[0-9.]*$' | tail -1; }
median() { sort -n | awk '{v[NR]=$1} END{print NR%2 ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }
ours=() peers=() ratios=()
for ((i = 1; i <= rounds; i++)); do
	ours+=("$(bin/vkgan bench step --model "$model" --recipe reference --steps 15 --warmup 3 --json | field)")
	peers+=("$("$@" | field)")
	ratios+=("$(awk -v o="${ours[-1]}" -v p="${peers[-1]}" 'BEGIN{print p/o}')")
	echo "round $i: vkgan ${ours[-1]} ms, peer ${peers[-1]} ms" >&2
done
o=$(printf '%s\n' "${ours[@]}" | median) p=$(printf '%s\n' "${peers[@]}" | median) r=$(printf '%s\n' "${ratios[@]}" | median)
awk -v o="$o" -v p="$p" -v r="$r" -v m="$model" 'BEGIN{printf "%s, medians: vkgan %.1f ms, peer %.1f ms; round by round vkgan is %.2f times as fast\n", m, o, p, r}'
