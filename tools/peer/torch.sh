#!/usr/bin/env bash
# torch.sh [ARGUMENTS of torch_gan.py...]: PyTorch's training step of the same models on this machine's processor, a JSON line
# like that of `vkgan bench step --json`. THREADS: how many (default: all processors). MNIST_DIR: the folder with MNIST's four
# .gz files, for --epochs, which trains.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/root.sh"
threads=${THREADS:-$(nproc)}
if [ -n "${MNIST_DIR:-}" ]; then
	peer_make
	mkdir -p "$peer_root/mnist"
	cp "$MNIST_DIR"/*.gz "$peer_root/mnist/"
	set -- --data /mnist "$@"
fi
peer_python "$threads" torch_gan.py --threads "$threads" "$@"
