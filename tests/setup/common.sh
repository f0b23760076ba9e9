# shellcheck shell=bash disable=SC1091,SC2034
# Sourced by every installer: where tools go, how one says what it does, and that two at once are safe.
# An installer is idempotent: it says nothing and returns at once where its tool is there already.
set -eu

setup_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$setup_dir/versions"
RESTIC_VERSION=$(sed -n "s,^require github.com/restic/restic ,,p" "$setup_dir/restic/go.mod")
tools_dir=${OBHUT_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/obhut-tools}
mkdir -p "$tools_dir"

say() { printf 'setup: %s\n' "$*" >&2; }

# require PROGRAM WHY: a missing program is an error with a name, not a failure somewhere below.
require() {
  command -v "$1" >/dev/null 2>&1 || { say "$1 is not installed; $2"; exit 1; }
}

# lock NAME: waits for any other run of the same installer, until this process ends.
lock() {
  exec 9>"$tools_dir/.$1.lock"
  flock 9
}

# go_build WORDS...: go with these words, one call at a time. Each uses all cores, and two at once would compile the standard
# library twice; what it needs is fetched before its turn comes (-n: go says what it would do, and has to fetch for that).
# Without the tables for debuggers, as restic and MinIO release themselves: they take long to link.
go_build() {
  local words=("$1" -trimpath -ldflags='-s -w' "${@:2}")
  # The compiler collects its garbage less often: a sixth of its work.
  export CGO_ENABLED=0 GOGC=400
  go "${words[0]}" -n "${words[@]:1}" >/dev/null 2>&1 || :
  (
    flock 8
    go "${words[@]}"
  ) 8>"$tools_dir/.go-build.lock"
}

# quietly WHAT COMMAND...: the command's output goes to a log, and is shown only when it fails.
quietly() {
  local what=$1 log started
  shift
  log=$(mktemp "$tools_dir/.log.XXXXXX")
  started=$SECONDS
  say "installing $what ..."
  if "$@" >"$log" 2>&1 9>&-; then
    rm -f "$log"
    say "installed $what in $((SECONDS - started)) s"
  else
    local code=$?
    say "installing $what failed (exit $code):"
    tail -n 60 "$log" >&2
    rm -f "$log"
    return "$code"
  fi
}
