#!/usr/bin/env bash
# The SQLCipher that Open WebUI encrypts webui.db with: $tools_dir/sqlcipher-VERSION/bin/python has the module sqlcipher3.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
home="$tools_dir/sqlcipher-$SQLCIPHER_VERSION"
[ -e "$home/.complete" ] && exit 0
lock sqlcipher
[ -e "$home/.complete" ] && exit 0
require python3 "its venv and pip install SQLCipher"

install() {
  rm -rf "$home"
  python3 -m venv "$home" && "$home/bin/pip" install --quiet "sqlcipher3-wheels==$SQLCIPHER_VERSION" &&
    "$home/bin/python" -c "import sqlcipher3" && touch "$home/.complete"
}
quietly "SQLCipher, sqlcipher3-wheels $SQLCIPHER_VERSION (PyPI)" install
