#!/usr/bin/env bash
# npm run bench [-- --scale 0.25 --rounds 1 --eight-days-scale 0 --tools obhut,restic]
# Installs the peers where they are missing (rustic takes ten minutes or more), then measures. bench/README.md says what.
set -eu
cd "$(dirname "$0")/.."
sh bin/obhut version >/dev/null # sets up the project's own Node
bash tests/setup/restic.sh
bash tests/setup/rustic.sh
BENCH_KOPIA=$(bash bench/setup/kopia.sh)
. tests/setup/common.sh
export BENCH_KOPIA
export BENCH_RESTIC="$tools_dir/restic-$RESTIC_VERSION/restic"
export BENCH_RUSTIC="$tools_dir/rustic-$RUSTIC_VERSION/rustic"
for node in node_modules/node-linux-*/bin/node; do :; done
exec "$node" --disable-warning=ExperimentalWarning bench/main.ts "$@"
