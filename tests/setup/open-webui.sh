#!/usr/bin/env bash
# The real Open WebUI (with its Chroma) in a virtual environment of its own: $tools_dir/open-webui-VERSION/bin/python.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
home="$tools_dir/open-webui-$OPEN_WEBUI_VERSION"
[ -e "$home/.complete" ] && exit 0
lock open-webui
[ -e "$home/.complete" ] && exit 0
require python3 "Open WebUI runs on it (3.11 or 3.12)"

build() {
  local uv_home="$tools_dir/uv-$UV_VERSION"
  if [ ! -x "$uv_home/bin/uv" ]; then
    rm -rf "$uv_home"
    python3 -m venv "$uv_home" && "$uv_home/bin/pip" install --quiet "uv==$UV_VERSION" || return
  fi
  rm -rf "$home"
  "$uv_home/bin/uv" venv --quiet --python "$(command -v python3)" "$home" &&
    "$uv_home/bin/uv" pip install --quiet --python "$home/bin/python" \
      --overrides "$setup_dir/open-webui.overrides" "open-webui==$OPEN_WEBUI_VERSION" &&
    touch "$home/.complete"
}
quietly "Open WebUI $OPEN_WEBUI_VERSION (PyPI)" build
