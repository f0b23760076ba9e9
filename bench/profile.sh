#!/usr/bin/env bash
# profile.sh DIR ARGUMENTS_OF_OBHUT...: runs one command with V8's CPU profiler in the main thread and every worker.
# DIR gets one .cpuprofile a thread (Chromium's developer tools and speedscope open them); the hottest functions are printed.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
dir=$1
shift
mkdir -p "$dir"
rm -f "$dir"/*.cpuprofile
for node in "$root"/node_modules/node-linux-*/bin/node; do :; done
# As bin/obhut has it: compiled code is kept, so that the profile shows the work and not the compiler.
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/obhut/compiled}"
code=0
"$node" --disable-warning=ExperimentalWarning --cpu-prof --cpu-prof-dir="$dir" "$root/src/cli/main.ts" "$@" || code=$?
"$node" "$root/bench/hot-functions.ts" "$dir"
exit "$code"
