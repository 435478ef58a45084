# display.sh, for scripts to source: a folder $out and an X server of their own, $DISPLAY (xvfb; make setup installs it for tests),
# both gone at their end.
out=$(mktemp -d)
exec 7<> <(:)
Xvfb -displayfd 7 -screen 0 1280x800x24 -nolisten tcp -noreset 2>/dev/null &
server=$!
trap 'kill $server; rm -rf "$out"' EXIT
read -r display <&7
export DISPLAY=:$display
