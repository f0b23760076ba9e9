#!/usr/bin/env bash
# Runs a command with everything the tests need installed and named in the environment:
#   tests/with-tools.sh [--long] node --test src/base/ids.test.ts
# `node` is then the project's own. With --long the long tests run too, and rustic is built.
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

long=
if [ "${1:-}" = --long ]; then
  long=--long
  export OBHUT_LONG=1
  shift
fi
bash "$root/tests/setup/all.sh" $long

. "$root/tests/setup/common.sh"
export OBHUT_TEST_RESTIC="$tools_dir/restic-$RESTIC_VERSION/restic"
export OBHUT_TEST_RESTIC_DEBIAN=/usr/bin/restic
export OBHUT_TEST_PYTHON="$tools_dir/open-webui-$OPEN_WEBUI_VERSION/bin/python"
export OBHUT_TEST_SQLCIPHER="$tools_dir/sqlcipher-$SQLCIPHER_VERSION/bin/python"
export OBHUT_TEST_MINIO="$tools_dir/minio-$MINIO_VERSION/minio"
export OBHUT_TEST_VERSITYGW="$tools_dir/versitygw-$VERSITYGW_VERSION/versitygw"
export OBHUT_TEST_RCLONE="$tools_dir/rclone-$RCLONE_VERSION/bin/rclone"
[ -z "$long" ] || export OBHUT_TEST_RUSTIC="$tools_dir/rustic-$RUSTIC_VERSION/rustic"
# Compiled code is kept, as bin/obhut keeps it: each test file is a process, and each backup in it starts threads, which would strip
# and compile the same modules again. That was most of what many a test did.
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$tools_dir/compiled}"
export PATH="$root/node_modules/.bin:$PATH"
exec "$@"
