#!/usr/bin/env bash
# npm run bench [-- --scale 0.25 --rounds 1 --eight-days-scale 0 --tools obhut,restic]
# npm run bench:years [-- --snapshots 10000 --rounds 3]: the repository of years alone
# npm run bench:places [-- --scale 1]: distant places alone
# Installs the peers where they are missing (rustic takes ten minutes or more), then measures. bench/README.md says what.
set -eu
cd "$(dirname "$0")/.."
sh bin/obhut version >/dev/null # sets up the project's own Node
bash tests/setup/restic.sh
main=bench/main.ts
if [ "${1:-}" = --years-only ]; then
  shift
  main=bench/years.ts
elif [ "${1:-}" = --places-only ]; then
  shift
  main=bench/distant.ts
  bash tests/setup/s3-servers.sh
  bash tests/setup/rclone.sh
else
  bash tests/setup/rustic.sh
  BENCH_KOPIA=$(bash bench/setup/kopia.sh)
  export BENCH_KOPIA
fi
. tests/setup/common.sh
export BENCH_RESTIC="$tools_dir/restic-$RESTIC_VERSION/restic"
export BENCH_RCLONE="$tools_dir/rclone-$RCLONE_VERSION/bin/rclone"
export OBHUT_TEST_MINIO="$tools_dir/minio-$MINIO_VERSION/minio"
export BENCH_RUSTIC="$tools_dir/rustic-$RUSTIC_VERSION/rustic"
for node in node_modules/node-linux-*/bin/node; do :; done
exec "$node" --disable-warning=ExperimentalWarning "$main" "$@"
