#!/usr/bin/env bash
# Debian's packages that the tests use; only those that are missing: `debian.sh [--long]`.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
lock debian

missing=()
[ "${1:-}" != --long ] || DEBIAN_PACKAGES="$DEBIAN_PACKAGES $DEBIAN_PACKAGES_LONG"
for package in $DEBIAN_PACKAGES; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  require sudo "needed to install Debian's ${missing[*]}; or install them by hand"
  as_root=(sudo -n)
fi

install() {
  "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}
quietly "Debian's ${missing[*]}" install
