#!/usr/bin/env bash
# The project's own Node and its development tools, below node_modules. Again only when the lock file changed.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$setup_dir/../.."
current() {
  [ -e node_modules/.package-lock.json ] && [ -e node_modules/typescript ] &&
    ! [ package-lock.json -nt node_modules/.package-lock.json ]
}
current && exit 0
lock node
current && exit 0
require npm "it installs the project's Node and tools"

# Not `npm ci`: it refuses a lock file that leaves out a platform's optional package.
install() {
  npm install --no-save --include=dev --no-audit --no-fund && touch node_modules/.package-lock.json
}
quietly "Node 26, TypeScript, Biome, knip, fast-check (npm)" install
