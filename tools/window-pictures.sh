#!/usr/bin/env bash
# window-pictures.sh: make the pictures of the window in docs/images, early, in the middle and late in an epoch of InfoGAN, and of its
# explorer, in windows of an X server of its own (xvfb and xdotool; make setup installs them for tests). Build first (make build).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/display.sh

window() { xdotool search --name ' – step ' 2>/dev/null | head -n 1; }

# later: in a moment, unless the program has ended.
later() {
	kill -0 $run
	sleep 0.2
}

# at STEP: waits until the window shows that step, or a later one.
at() {
	local title
	until title=$(xdotool search --name ' – step ' getwindowname 2>/dev/null) && [ "${title##* }" -ge "$1" ]; do later; done
}

# press KEY…, click X Y BUTTON: in the window.
press() { xdotool windowfocus "$(window)" key "$@"; }
click() { xdotool mousemove --window "$(window)" "$1" "$2" click "$3"; }

# keep NAME: has the picture that the window saves as docs/images/NAME.png.
keep() {
	press s
	until mv "$out"/0*/preview/*.png "docs/images/$1.png" 2>/dev/null; do later; done
}

bin/vkgan train infogan --preview --seed 1 --max-steps 600 --eval-every 100 --calibrate-on 1000 --checkpoint-every 0 --out "$out" --quiet &
run=$!
at 30
keep window-early
at 300
keep window-middle
at 560
keep window-late
wait $run

bin/vkgan view "$out"/0* &
run=$!
at 600
click 223 162 1 # A
click 403 462 3 # B
press Down Down Down
press Right Right
sleep 2
keep explorer
press q
wait $run
