#!/usr/bin/env bash
# The pinned MinIO and versitygw, S3 servers that keep conditions, checksums and versions, built by Go.
# The programs are $tools_dir/NAME-VERSION/NAME.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# install NAME MODULE_PATH VERSION
install() {
  local home="$tools_dir/$1-$3"
  [ -x "$home/$1" ] && return
  lock "$1"
  [ -x "$home/$1" ] && return
  require go "it builds $1 (Go 1.25 or newer)"
  build() {
    mkdir -p "$home.part" && GOBIN="$home.part" go_build install "$2@$3" && rm -rf "$home" && mv "$home.part" "$home"
  }
  quietly "$1 $3 (built by Go)" build "$@"
}

install versitygw github.com/versity/versitygw/cmd/versitygw "$VERSITYGW_VERSION"
install minio github.com/minio/minio "$MINIO_VERSION"
