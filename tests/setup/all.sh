#!/usr/bin/env bash
# Installs what the tests need, in parallel: `all.sh [--long]`. With --long rustic too, which takes ten minutes to build.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

installers=(node debian restic rclone sqlcipher s3-servers open-webui)
[ "${1:-}" != --long ] || installers+=(rustic)

pids=()
for installer in "${installers[@]}"; do
  bash "$setup_dir/$installer.sh" "$@" </dev/null &
  pids+=($!)
done
failed=0
for at in "${!pids[@]}"; do
  wait "${pids[$at]}" || { say "${installers[$at]} is not installed"; failed=1; }
done
exit "$failed"
