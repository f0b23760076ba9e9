#!/usr/bin/env bash
# The kopia that kopia/go.mod names, built from its module with every dependency held by kopia/go.sum.
# The program is $tools_dir/kopia-VERSION/kopia.
. "$(dirname "${BASH_SOURCE[0]}")/../../tests/setup/common.sh"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$(sed -n 's,^require github.com/kopia/kopia ,,p' "$here/kopia/go.mod")
home="$tools_dir/kopia-$version"
program="$home/kopia"
if [ ! -x "$program" ]; then
  lock kopia
fi
build() {
  mkdir -p "$home" && cd "$here/kopia" &&
    CGO_ENABLED=0 go build -mod=readonly -trimpath -o "$program.part" github.com/kopia/kopia &&
    mv "$program.part" "$program"
}
if [ ! -x "$program" ]; then
  require go "it builds kopia (Go 1.25 or newer)"
  quietly "kopia $version (built by Go)" build
fi
printf '%s\n' "$program"
