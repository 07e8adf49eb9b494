# SPDX-License-Identifier: BSL-1.0
# Shared by the scripts beside this folder: they source it, and then stand in the root of the checkout.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

say() { printf '== %s\n' "$*"; }

fail()
{
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

no_arguments()
{
    [ $# -eq 0 ] || fail "takes no argument, but was given: $*"
}
