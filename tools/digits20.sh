#!/usr/bin/env bash
# digits20.sh OUT: draw twenty digits that look hand-drawn, in other fonts, sizes and colours than MNIST's, for `vkgan classify`.
# A file's name begins with its digit. Needs ImageMagick 6 and Debian's fonts of the list in docs/using.md.
set -euo pipefail
out=${1:?usage: digits20.sh OUT}
mkdir -p "$out"

# draw NAME COLOUR BACKGROUND WIDTH×HEIGHT POINTS FONT [ImageMagick's options for the whole picture…]
draw() {
	local name=$1 colour=$2 background=$3 size=$4 points=$5 font=$6 digit=${1%%-*}
	shift 6
	convert -size "$size" "xc:$background" -font "/usr/share/fonts/$font" -pointsize "$points" -fill "$colour" \
		-gravity center -annotate 0 "$digit" "$@" -strip -define png:exclude-chunks=date,time -quality 90 "$out/$name"
}

humor=truetype/humor-sans/Humor-Sans.ttf
comic=opentype/comic-neue/ComicNeue-Bold.otf
breip=truetype/breip/Breip.ttf
dkg=truetype/fifthhorseman/dkgBd.ttf
create=opentype/bwht/BecauseWeCreate-Regular.otf
dancing=opentype/dancingscript/DancingScript-Bold.otf
build=opentype/bwht/BecauseWeBuild-Regular.otf
mentor=opentype/bwht/BecauseWeMentor-Regular.otf
ecolier=truetype/ecolier-court/Ecolier-court.ttf
sans=truetype/dejavu/DejaVuSans-Bold.ttf

draw 0-humor.png     black        white      120x120  90 $humor
draw 0-dancing.png   navy         lightyellow 200x160 150 $dancing
draw 1-comic.jpg     '#1a5c1a'    white      90x140   110 $comic
draw 1-breip.png     white        black      64x64    60 $breip
draw 2-dkg.png       firebrick    white      150x150  130 $dkg
draw 2-create.png    black        '#ffe97f'  96x96    80 $create
draw 3-humor.jpg     white        '#204080'  160x120  100 $humor
draw 3-mentor.png    purple       white      140x140  120 $mentor
draw 4-comic.png     black        none       100x100  90 $comic
draw 4-ecolier.png   blue         white      120x160  130 $ecolier
draw 5-dancing.jpg   yellow       black      128x128  110 $dancing
draw 5-build.png     darkgreen    white      48x48    36 $build
draw 6-breip.png     orangered    white      200x200  190 $breip
draw 6-humor.png     lightgrey    '#303030'  110x110  90 $humor -distort SRT 10
draw 7-build.png     black        white      150x120  110 $build
draw 7-sans.png      teal         white      28x28    24 $sans
draw 8-comic.png     '#c06000'    '#e0f0ff'  180x180  150 $comic -distort SRT -8
draw 8-dkg.jpg       black        '#d0d0d0'  130x150   90 $dkg
draw 9-humor.png     crimson      white      100x140  100 $humor -wave 2x40
draw 9-dancing.png   white        '#705030'  300x300  240 $dancing
