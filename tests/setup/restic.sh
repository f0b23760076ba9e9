#!/usr/bin/env bash
# The restic that restic/go.mod names, built from its module with every dependency held by restic/go.sum.
# The program is $tools_dir/restic-VERSION/restic.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
home="$tools_dir/restic-$RESTIC_VERSION"
[ -x "$home/restic" ] && exit 0
lock restic
[ -x "$home/restic" ] && exit 0
require go "it builds restic (Go 1.25 or newer)"

# The tag is one that restic's own releases are built with.
build() {
  mkdir -p "$home" && cd "$setup_dir/restic" &&
    go_build build -mod=readonly -tags disable_grpc_modules -o "$home/restic.part" github.com/restic/restic/cmd/restic &&
    mv "$home/restic.part" "$home/restic"
}
quietly "restic $RESTIC_VERSION (built by Go)" build
