#!/usr/bin/env bash
# `npm test`: installs what the tests need, then runs every check and test. `--long` for the full numbers.
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec bash tests/with-tools.sh "$@" node --disable-warning=ExperimentalWarning tests/run-tests.ts
