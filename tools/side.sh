#!/usr/bin/env bash
# side.sh SUITE DIR PACKAGE... unpacks packages of another Debian suite, with all they need (libc
# included), in DIR: nothing is installed, no chroot is made, root is not needed. `DIR/run PROGRAM ARGS`
# then runs a program on that suite's loader, libraries and CPU Vulkan driver.
# Two more make a DIR/run on the system's own libraries, and take no packages:
#   side.sh system DIR        for the system's own CPU driver
#   side.sh swiftshader DIR   for SwiftShader, out of the package chromium-common
# DIR appears whole or not at all: the work happens in a folder beside it that is renamed at the end.
# shellcheck disable=SC2016 # what stands in single quotes is for others to expand
set -euo pipefail
suite=$1 dir=$2
shift 2

die() { echo "side: $*" >&2; exit 1; }

mkdir -p "$(dirname "$dir")"
new=$(mktemp -d "$dir.new.XXXXXX")
trap 'rm -rf "$new"' EXIT
lib=$new/root/usr/lib/x86_64-linux-gnu

unpack_suite() {
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg codename mirror s deb
	[ -e "$keyring" ] || die "there is no $keyring here: only Debian can unpack another Debian suite"
	# The mirror is the one that apt already uses for this system's own release.
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' |
		awk -v c="$codename" '($2 == c || $2 == "stable" || $2 == "oldstable") && $3 == "main" && $1 !~ /security/ { print $1; exit }')
	[ -n "$mirror" ] || die "apt knows no Debian mirror for $codename; run 'apt-get update' as root first"

	mkdir -p "$new"/root "$new"/apt/{lists,archives}/partial
	for s in $(case $suite in *-backports) echo "${suite%-backports}" ;; esac) "$suite"; do
		echo "deb [signed-by=$keyring] $mirror $s main"
	done >"$new/apt/sources.list"
	: >"$new/apt/status"
	local apt=(apt-get -qq -oDir::Etc::sourcelist="$new/apt/sources.list" -oDir::Etc::sourceparts=/dev/null
		-oDir::State="$new/apt" -oDir::State::status="$new/apt/status" -oDir::State::lists="$new/apt/lists"
		-oDir::Cache="$new/apt" -oDir::Cache::archives="$new/apt/archives" -oDir::Log="$new/apt"
		-oAPT::Install-Recommends=0 -oDebug::NoLocking=1 -oAPT::Sandbox::User=root
		-oAPT::Architecture=amd64 -oAPT::Architectures=amd64 -oAcquire::Languages=none
		-oAcquire::Retries=3 -oAcquire::http::Timeout=30 -oAPT::Update::Error-Mode=any)
	"${apt[@]}" update || die "cannot read the package lists of $suite"
	"${apt[@]}" -y --download-only -t "$suite" install "$@" || die "cannot download from $suite: $*"
	for deb in "$new"/apt/archives/*.deb; do dpkg -x "$deb" "$new/root"; done

	# What no program run from here can use: it is half of what was unpacked.
	rm -rf "$new/apt" "$new"/root/{etc,var} "$new"/root/usr/{sbin,share/{doc,man,locale,lintian,bug,libdrm}} \
		"$lib/gconv" "$new/root/usr/share/vulkan/implicit_layer.d"
	find "$lib" -name 'libvulkan_*.so' ! -name libvulkan_lvp.so -delete
	find "$new/root" \( -name '*MESA*' -o -name '*INTEL*' \) -delete
	echo '{"file_format_version":"1.0.0","ICD":{"api_version":"1.4.0","library_path":"./root/usr/lib/x86_64-linux-gnu/libvulkan_lvp.so"}}' >"$new/lvp.json"
}

unpack_swiftshader() {
	local from=./usr/lib/chromium
	cd "$new"
	apt-get -qq -oAPT::Sandbox::User=root download chromium-common ||
		die "cannot download the package chromium-common, which carries SwiftShader"
	dpkg --fsys-tarfile chromium-common_*.deb |
		tar -x --strip-components=4 "$from/libvk_swiftshader.so" "$from/vk_swiftshader_icd.json"
	rm chromium-common_*.deb
	cd - >/dev/null
}

loader='' layers=''
case $suite in
system)
	icd=$(find /usr/share/vulkan/icd.d /etc/vulkan/icd.d -name 'lvp_icd*.json' 2>/dev/null | head -n 1 || true)
	[ -n "$icd" ] || die "this system has no CPU Vulkan driver (Debian's package is mesa-vulkan-drivers)"
	;;
swiftshader)
	unpack_swiftshader
	icd='$dir/vk_swiftshader_icd.json'
	;;
*)
	unpack_suite "$@"
	icd='$dir/lvp.json'
	loader='"$lib/ld-linux-x86-64.so.2" --library-path "$lib" '
	layers='export VK_LAYER_PATH="$dir/root/usr/share/vulkan/explicit_layer.d"'
	;;
esac

# VKGAN_SIDE is the process's own id: a child that is started without `run` sees another one there, and
# knows that it is not on these libraries (vk/sidecar).
cat >"$new/run" <<EOT
#!/bin/sh
# DIR/run PROGRAM ARGS: runs a program on the Vulkan driver of this folder ($suite).
dir=\$(CDPATH= cd -- "\$(dirname -- "\$0")" && pwd) lib=\$dir/root/usr/lib/x86_64-linux-gnu
if [ -z "\$LP_NATIVE_VECTOR_WIDTH" ]; then
	case \$(grep -m1 '^flags' /proc/cpuinfo) in
	*\ avx512f\ *) LP_NATIVE_VECTOR_WIDTH=512 ;;
	*\ avx2\ *) LP_NATIVE_VECTOR_WIDTH=256 ;;
	*) LP_NATIVE_VECTOR_WIDTH=128 ;;
	esac
fi
VK_DRIVER_FILES=$icd VK_ICD_FILENAMES=$icd VKGAN_SIDE=\$\$ VKGAN_RUN=\$dir/run NODEVICE_SELECT=1
export LP_NATIVE_VECTOR_WIDTH VK_DRIVER_FILES VK_ICD_FILENAMES VKGAN_SIDE VKGAN_RUN NODEVICE_SELECT
$layers
exec $loader"\$@"
EOT
chmod 755 "$new" "$new/run"
echo "$suite" >"$new/suite"
rm -rf "$dir"
mv -T "$new" "$dir"
