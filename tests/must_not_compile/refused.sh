#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# usage: refused.sh FILE COMPILER [OPTION...]
# Succeeds if the compiler refuses FILE with the text that FILE's "must not compile" comment expects.
set -uo pipefail
file=$1
shift

expected=$(sed -n 's|^// must not compile: ||p' "$file")
if [ -z "$expected" ]; then
    echo "$file has no line '// must not compile: <regular expression>'"
    exit 1
fi
if said=$(LC_ALL=C "$@" "$file" 2>&1); then
    echo "$file compiles, but must be refused with: $expected"
    exit 1
fi
if ! grep -qE -e "$expected" <<<"$said"; then
    printf '%s is refused, but not with: %s\nThe compiler said:\n%s\n' "$file" "$expected" "$said"
    exit 1
fi
grep -m 3 -E -e "$expected" <<<"$said"
