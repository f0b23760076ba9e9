#!/usr/bin/env bash
# The pinned rustic, built by cargo without its optional parts: the tests use local repositories only. Takes ten
# minutes or more. The program is $tools_dir/rustic-VERSION/rustic.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
home="$tools_dir/rustic-$RUSTIC_VERSION"
[ -x "$home/rustic" ] && exit 0
lock rustic
[ -x "$home/rustic" ] && exit 0
require cargo "it builds rustic (Rust 1.91 or newer)"

build() {
  local into="$tools_dir/.rustic-build"
  nice -n 19 cargo install rustic-rs --version "$RUSTIC_VERSION" --locked --no-default-features \
    --jobs "${OBHUT_RUSTIC_JOBS:-$(nproc)}" --root "$into" --target-dir "$into/target" --no-track --force &&
    mkdir -p "$home" && mv "$into/bin/rustic" "$home/rustic" && rm -rf "$into"
}
quietly "rustic $RUSTIC_VERSION (built by cargo, ten minutes or more)" build
