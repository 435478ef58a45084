# root.sh, to be sourced: a Debian trixie beside the system with PyTorch 2.6 and OpenBLAS (OpenMP), in PEER_ROOT (default
# /var/tmp/torch-peer, 2 GB). The first use makes it, as root, in some minutes, from this Debian's own archive.
#   peer_python THREADS SCRIPT ARGUMENTS...   runs a Python script of this folder there
peer_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
peer_root=${PEER_ROOT:-/var/tmp/torch-peer}

peer_make() {
	[ ! -e "$peer_root/.ready" ] || return 0
	[ "$(id -u)" = 0 ] || { echo "peer: $peer_root is not there yet; only root can make it" >&2; return 1; }
	command -v debootstrap >/dev/null || { apt-get update -qq && apt-get install -y -qq debootstrap; } >&2
	local codename archive
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	archive=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' | awk -v c="$codename" '$2 == c && $1 !~ /cloud|node/ {print $1; exit}')
	[ -n "$archive" ] || { echo "peer: apt knows no archive of $codename: this needs a Debian" >&2; return 1; }
	debootstrap --variant=minbase trixie "$peer_root" "$archive" >&2
	chroot "$peer_root" apt-get install -y -qq --no-install-recommends python3-torch python3-numpy libopenblas0-openmp >&2
	touch "$peer_root/.ready"
}

peer_python() {
	local threads=$1 script=$2
	shift 2
	peer_make || return 1
	mkdir -p "$peer_root/peer"
	cp "$peer_folder/$script" "$peer_root/peer/"
	mountpoint -q "$peer_root/proc" || mount --bind /proc "$peer_root/proc"
	mountpoint -q "$peer_root/dev" || mount --bind /dev "$peer_root/dev"
	chroot "$peer_root" env LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu/openblas-openmp OMP_NUM_THREADS="$threads" \
		python3 "/peer/$script" "$@"
}
