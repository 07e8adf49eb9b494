#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Compiles a user's programs with what pkg-config says of an installed package, and nothing else, and runs them. The package was
# moved after it was installed.
#   pkg_config.sh PREFIX COMPILER {PACKAGE SOURCE}...
set -euo pipefail
prefix=$1 compiler=$2
shift 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r "$prefix" "$scratch/moved"
folder=$(dirname "$(find "$scratch/moved" -name tidings.pc)")
export PKG_CONFIG_PATH=$folder LD_LIBRARY_PATH=${folder%/pkgconfig}
while [ $# -gt 0 ]; do
    read -ra flags <<<"$(pkg-config --cflags --libs "$1")"
    "$compiler" -std=c++20 "$2" "${flags[@]}" -o "$scratch/program"
    (cd "$scratch" && ./program)
    shift 2
done
