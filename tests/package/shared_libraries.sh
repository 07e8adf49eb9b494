#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Checks each shared library of an installed package: its SONAME has the version of the binary interface, it shows no names but those
# of tidings and Asio, and it needs no other library of ours by another name.
#   shared_libraries.sh PREFIX VERSION
set -euo pipefail
version=$2
found=0
fail() { printf '%s: %s\n' "$library" "$*" >&2; exit 1; }
while read -r library; do
    found=$((found + 1))
    name=$(basename "$library" ".$version.0")
    readelf -dW "$library" | grep -q "SONAME.*\[$name\.$version\]" || fail "its SONAME is not $name.$version"
    ! readelf -dW "$library" | grep NEEDED | grep tidings | grep -v "\.so\.$version\]" || fail "it needs the libraries above"
    names=$(nm -DC --defined-only "$library" | cut -c20-)
    others=$(grep -vE '^([a-zA-Z ]+ for |[a-z-]*virtual thunk to )?(tidings|boost::asio)::' <<<"$names" || true)
    [ -z "$others" ] || fail "it shows:"$'\n'"$others"
    printf '%s: %s names\n' "$(basename "$library")" "$(wc -l <<<"$names")"
done < <(find "$1" -name "libtidings*.so.$version.0")
[ "$found" -gt 0 ] || { echo "no shared library in $1"; exit 1; }
