#!/usr/bin/env bash
# using-pictures.sh INFOGAN SSGAN: make the pictures of docs/using.md from a run of each model (folders or checkpoints).
# Needs bin/vkgan, and ImageMagick for the picture of the twenty digits.
set -euo pipefail
infogan=${1:?usage: using-pictures.sh INFOGAN SSGAN} ssgan=${2:?usage: using-pictures.sh INFOGAN SSGAN}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
pictures=docs/images

bin/vkgan sample "$infogan" --out $pictures/using-codes.png
bin/vkgan sample "$infogan" --sweep code --rows 5 --out $pictures/using-sweep.png
bin/vkgan sample "$infogan" --gif --cols 3 --frames 40 --out $pictures/using-walk.gif
bin/vkgan sample "$ssgan" --rows 5 --out $pictures/using-ssgan.png

twenty=internal/digit/testdata
montage $twenty/digits20/* -geometry 84x84+3+3 -tile 10x -background '#808080' png:- |
	convert - \( $twenty/normalised.png -filter point -resize 900x \) -append -strip -define png:exclude-chunks=date,time $pictures/using-digits20.png
