#!/usr/bin/env bash
# `npm run check`: types, lint, dead code and structure, in seconds. Installs only the npm packages.
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash tests/setup/node.sh
export PATH="$PWD/node_modules/.bin:$PATH"
exec node --disable-warning=ExperimentalWarning tests/run-tests.ts --check
