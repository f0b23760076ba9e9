#!/usr/bin/env bash
# Makes tests/golden/fixtures anew: repositories by the released lines of restic, in both formats, and one by rustic.
#   tests/with-tools.sh --long bash tests/golden/make/make.sh [restic-VERSION | rustic]...
# Needs Go; the old programs are built from the Go module proxy into $GOLDEN_TOOLS (default /tmp/golden-tools) and kept
# there. Keys and nonces are random, so that no two runs make the same bytes.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fixtures="$here/../fixtures"
tools=${GOLDEN_TOOLS:-/tmp/golden-tools}
work=$(mktemp -d /tmp/golden-work-XXXXXX)
trap 'rm -rf "$work"' EXIT
export TZ=UTC RESTIC_PASSWORD="correct horse" RUSTIC_PASSWORD="correct horse" RUSTIC_NO_CACHE=true
umask 022

# The last release of each line; the newest is the one that the tests use. None of 0.15: the proxy had no release of it.
restics="0.14.0 0.16.5 0.17.3 0.18.1"

# A module that requires restic, because `go install` refuses one with replace directives.
build_restic() {
  [ -x "$tools/restic-$1" ] && return
  mkdir -p "$tools/module-$1"
  (
    cd "$tools/module-$1"
    [ -f go.mod ] || go mod init obhut.test/golden
    go get -tool "github.com/restic/restic/cmd/restic@v$1"
    CGO_ENABLED=0 go build -trimpath -o "$tools/restic-$1" github.com/restic/restic/cmd/restic
  )
}

# sources: the folder's three states, with a listing of each as the expectation.
make_sources() {
  mkdir "$work/1" "$work/1/source"
  local before=1 state number=1
  for state in first second third; do
    [ "$state" = first ] || cp -a "$work/$before" "$work/$number"
    node --disable-warning=ExperimentalWarning "$here/make-source.ts" "$work/$number/source" "$state" >"$fixtures/$state.json"
    before=$number
    number=$((number + 1))
  done
}

# pack_up REPOSITORY NAME: without the empty ones of the 256 folders of packs.
pack_up() {
  find "$1/data" -type d -empty -delete
  tar -C "$1" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@1700000000 -c . | zstd -19 -q -f -o "$fixtures/$2.tar.zst"
}

# make_by_restic PROGRAM VERSION FORMAT. Each state is backed up from the same path.
make_by_restic() {
  local repository="$work/restic-$2-format-$3" states="1 2" state
  [ "$3" = 1 ] || states="1 2 3"
  restic() { "$1" --no-cache --quiet -r "$repository" "${@:2}"; }
  restic "$1" init --repository-version "$3"
  for state in $states; do
    ln -sfn "$work/$state" "$work/now"
    (cd "$work/now" && restic "$1" backup --host golden --tag golden --tag "state-$state" --time "2024-01-0$state 03:04:05" source)
  done
  restic "$1" check --read-data
  pack_up "$repository" "restic-$2-format-$3"
}

# Its prune marks packs in an index, and removes them a day later.
make_by_rustic() {
  local rustic="$OBHUT_TEST_RUSTIC" repository="$work/rustic" state
  rustic() { "$OBHUT_TEST_RUSTIC" --no-progress -r "$repository" --log-level error "$@"; }
  rustic init >/dev/null
  mkdir "$work/4" && cp -a "$work/3/source" "$work/4/source"
  head -c 3000 /dev/urandom >"$work/4/source/forgotten"
  for state in 1 2 4 3; do
    ln -sfn "$work/$state" "$work/now"
    (cd "$work/now" && rustic backup --host golden --tag "golden,state-$state" --time "2024-01-0$state 03:04:05" source >/dev/null)
  done
  rustic forget --group-by "" --keep-tags state-1 --keep-tags state-2 --keep-tags state-3 >/dev/null
  rustic prune --max-unused 0 --max-repack unlimited
  rustic check --read-data
  pack_up "$repository" "rustic-$("$rustic" --version | cut -d' ' -f2)"
}

wanted() {
  [ "${#only[@]}" -eq 0 ] && return
  local name
  for name in "${only[@]}"; do [ "$name" = "$1" ] && return; done
  return 1
}

only=("$@")
make_sources
for version in $restics; do
  wanted "restic-$version" || continue
  build_restic "$version"
  for format in 1 2; do make_by_restic "$tools/restic-$version" "$version" "$format"; done
done
newest=$("$OBHUT_TEST_RESTIC" version | cut -d' ' -f2)
if wanted "restic-$newest"; then
  for format in 1 2; do make_by_restic "$OBHUT_TEST_RESTIC" "$newest" "$format"; done
fi
if wanted rustic; then make_by_rustic; fi
ls -l "$fixtures"
