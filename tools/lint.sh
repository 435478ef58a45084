#!/usr/bin/env bash
# lint.sh: format, vet, staticcheck, and whether what is generated is up to date.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

unformatted=$(git ls-files -z '*.go' | xargs -0 gofmt -l)
[ -z "$unformatted" ] || { printf 'not formatted (gofmt -w does it):\n%s\n' "$unformatted" >&2; exit 1; }
go vet ./...
go vet -tags nowindow ./...
go tool -modfile=tools/lint.mod staticcheck ./...
go run ./tools/shaders -check
for script in tools/*.sh tools/*/*.sh .ci/run; do bash -n "$script"; done
echo "lint: ok"
