#!/usr/bin/env bash
# rehearse.sh [KIT.tar.gz] runs the GPU kit on lavapipe, with small sizes, in a Debian root that has no X11 libraries, compiler, Go or
# network, and checks that every part runs and goes on, and that a part that fails or is killed stops no other. As root.
#   KIT_ROOT     the root, made at the first use (default /var/tmp/vkgan-kit-root, 0.3 GB); it stays as it was made
#   PEER_ROOT    a root with PyTorch (tools/peer/root.sh), whose python3 is the kit's if it is there (default /var/tmp/torch-peer)
#   REHEARSAL    folder of what the kit stored (default build/rehearsal)
# Wants `make setup`'s lavapipe and `make gpu-kit`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
archive=$(realpath "${1:-build/gpu-kit.tar.gz}")
base=${KIT_ROOT:-/var/tmp/vkgan-kit-root} peer=${PEER_ROOT:-/var/tmp/torch-peer}
results=${REHEARSAL:-build/rehearsal}
driver=${XDG_CACHE_HOME:-$HOME/.cache}/vkgan/lavapipe
die() { echo "rehearse: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || die "mounts and chroot want root"
[ -e "$archive" ] || die "$archive is not there: run \`make gpu-kit\`"
[ -e "$driver/root" ] || die "$driver holds no lavapipe: run \`make test\` or tools/setup.sh test"

if [ ! -e "$base/.ready" ]; then
	rm -rf "$base"
	command -v debootstrap >/dev/null || { apt-get update -qq && apt-get install -y -qq debootstrap; } >/dev/null || die "debootstrap could not be installed"
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' |
		awk -v c="$codename" '$2 == c && $1 !~ /cloud|node/ {print $1; exit}')
	[ -n "$mirror" ] || die "apt knows no archive of $codename: this needs a Debian"
	debootstrap --variant=minbase "$(cat "$driver/suite")" "$base" "$mirror" >/dev/null || die "debootstrap failed: see $base/debootstrap"
	touch "$base/.ready"
fi

# A copy of the root that is thrown away.
temporary=$(mktemp -d /var/tmp/vkgan-rehearsal.XXXXXX)
root=$temporary/root
inside_pids() { # NAME: of the programs of that name in the root; of all, without one
	local p
	for p in /proc/[0-9]*; do
		[ "$(readlink "$p/root" 2>/dev/null)" = "$root" ] || continue
		[ -z "$1" ] || [ "$(cat "$p/comm" 2>/dev/null)" = "$1" ] || continue
		echo "${p#/proc/}"
	done
}
end() {
	trap - EXIT
	inside_pids '' | xargs -r kill -9 2>/dev/null || true
	sleep 1
	awk '{print $2}' /proc/mounts | grep "^$temporary" | sort -r | xargs -r umount -l
	rm -rf "$temporary"
}
trap end EXIT
overlay() { # LOWER NAME MOUNTPOINT
	mkdir -p "$temporary/$2."{upper,work} "$3"
	mount -t overlay overlay -o "lowerdir=$1,upperdir=$temporary/$2.upper,workdir=$temporary/$2.work" "$3"
}
overlay "$base" root "$root"
mount --bind /proc "$root/proc"
mount --bind /dev "$root/dev"
tar -xz -C "$root" <"$archive"
mv "$root/$(basename "$archive" .tar.gz)" "$root/kit"

x11=$(find "$root/usr/lib" \( -name 'libX11*' -o -name 'libxcb*' -o -name 'libGL*' -o -name 'libvulkan*' \) ! -path '*/kit/*')
[ -z "$x11" ] || die "the root is not bare: $x11"
inside() { chroot "$root" env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/root "$@"; }
for program in "vkgan-headless version" "measure --help" "src/vk/vk.test -test.list Smoke" "src/shaders/shaders.test -test.list Smoke" \
	"src/layers/layers.test -test.list Smoke" "src/gan/gan.test -test.list Smoke"; do
	inside sh -c "/kit/$program >/dev/null 2>&1" || die "$program does not start without X11"
done
echo "rehearse: the kit's programs start without X11, Go and Vulkan loader"

# lavapipe, which unlike a GPU's driver links X11's libraries: they lie beside it, and nothing of the kit asks for them.
mkdir -p "$root/opt/lavapipe"
for so in "$driver"/root/usr/lib/x86_64-linux-gnu/*.so*; do
	name=$(basename "$so")
	case $name in libvulkan.so* | ld-linux*) continue ;; esac
	[ -e "$root/usr/lib/x86_64-linux-gnu/$name" ] || cp -a "$so" "$root/opt/lavapipe/"
done
echo '{"file_format_version":"1.0.0","ICD":{"api_version":"1.4.0","library_path":"/opt/lavapipe/libvulkan_lvp.so"}}' >"$root/opt/lavapipe/lvp.json"

# python3 with PyTorch, in a root of its own that sees the kit.
torch=none
if [ -e "$peer/.ready" ]; then
	torch=cpu
	overlay "$peer" peer "$root/opt/peer"
	mkdir -p "$root/opt/peer/kit"
	mount --bind "$root/kit" "$root/opt/peer/kit"
	mount --bind /proc "$root/opt/peer/proc"
	mount --bind /dev "$root/opt/peer/dev"
	printf '#!/bin/sh\nexec env -u LD_LIBRARY_PATH /usr/sbin/chroot /opt/peer python3 "$@"\n' >"$root/usr/local/bin/python3"
	chmod +x "$root/usr/local/bin/python3"
fi

flags=(--tests Smoke --tune-seconds 3 --rounds 2 --step-seconds 0.1 --kernel-steps 1 --epochs 1 --max-steps 6 --seeds 1
	--codes 10,20 --peer-device "$torch")
kit() {
	inside VK_DRIVER_FILES=/opt/lavapipe/lvp.json LD_LIBRARY_PATH=/opt/lavapipe VKGAN_TIMEOUT="${VKGAN_TIMEOUT:-1h}" \
		/kit/run.sh "${flags[@]}" "$@" --work /state-work /state
}
status() { sed -n 's/^ "status": "\(.*\)",$/\1/p' "$root/state/$1.json" 2>/dev/null || true; }
expect() { # PART STATUS
	[ "$(status "$1")" = "$2" ] || die "part $1 is '$(status "$1")', not '$2': see $results/log.txt"
	echo "rehearse: $1: $2, as it should be"
}
keep() {
	rm -rf "$results"
	mkdir -p "$results"
	cp "$root"/state/* "$results/" 2>/dev/null || true
}
trap 'keep; end' EXIT
await() { # PART PATTERN: until the part's file holds it
	for ((i = 0; i < 3000; i++)); do
		! grep -qs "$2" "$root/state/$1.json" || return 0
		sleep 0.2
	done
	die "part $1 never stored $2"
}

echo "== a budget that is too small: all is left out, with the reason"
kit --budget 21 --work /other && die "it cannot be done in a second"
expect device "left out"
grep -q 'of the budget are left' "$root/state/training.json" || die "training does not say why it was left out"

echo "== a device that is not there: every part fails, none stops the others"
kit --device nowhere --parts device,costs,kernels && die "there is no such device"
expect device failed
expect costs failed
expect kernels failed
grep -q nowhere "$root/state/kernels.json" || die "kernels does not say what failed"
rm "$root"/state/*.json

echo "== the kit is killed in the middle of the tests: the next call goes on"
kit --parts device,tests &
await tests '"result"'
kill -9 $(inside_pids measure)
wait $! && die "it was not killed"
expect tests running
mv "$root/kit/src/vk/vk.test" "$root/kit/vk.test" # a package that cannot be tested stops no other
kit --parts tests,costs,tuning || die "the call after the kill failed"
mv "$root/kit/vk.test" "$root/kit/src/vk/vk.test"
expect tests "done"
grep -q 'tests of vk' "$root/state/tests.json" || die "nothing tells that vk was not tested"
expect costs "done"
expect tuning "done"

echo "== a training whose time is over goes on from its checkpoint"
ssgan=(--parts training --models ssgan --seeds 1 --epochs 300)
kit "${ssgan[@]}" --max-steps 0 --budget "${TRAINING_SECONDS:-80}" && die "300 epochs cannot be done"
expect training partial
step=$(sed -n 's/^   "step": \([0-9]*\),$/\1/p' "$root/state/training.json")
[ "$step" -gt 0 ] || die "it did not train: TRAINING_SECONDS=300 gives it more time"
kit "${ssgan[@]}" --max-steps $((step + 20)) || die "the training did not go on"
expect training "done"
grep -q "\"step\": $((step + 20))," "$root/state/training.json" || die "the training did not go on from step $step to $((step + 20))"
for runs in "$root"/state-work/training/*/; do # of a model in a precision
	[ "$(ls "$runs" | wc -l)" = 1 ] || die "the training in $(basename "$runs") began anew"
done
rm -r "$root/state/training.json" "$root/state-work/training"

echo "== all that is left"
for ((call = 1; call <= 5; call++)); do kit && break; done
for part in device tests costs tuning steps kernels training; do expect "$part" "done"; done
inside /kit/report /state >"$root/state/report.md"
echo "rehearse: all parts ran; the results are in $results"
