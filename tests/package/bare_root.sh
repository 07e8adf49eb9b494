#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Installs the packages with apt in a bare root of Debian, serves a stream from the hub in it, and removes the hub. As root, by hand:
#   debootstrap --variant=minbase bookworm ROOT      (and backports among its apt sources, for Boost 1.83)
#   bare_root.sh ROOT build/deb/packages
set -euo pipefail
root=$1 packages=$2
fail() { echo "$*"; exit 1; }
in_root() { chroot "$root" env DEBIAN_FRONTEND=noninteractive "$@"; }

mkdir -p "$root/packages"
cp "$packages"/*.deb "$root/packages"
in_root apt-get -qq update
in_root sh -c 'apt-get -qq -y --no-install-recommends install --reinstall curl /packages/libtidings0.*.deb /packages/tidings-hub_*.deb' >/dev/null
in_root dpkg-query -W 'libtidings*' tidings-hub
in_root ldd /usr/bin/tidings-hub | grep "not found" && fail "a library is missing"

# What systemd would do: the options of /etc/default, a user without rights, a folder that it may write to.
in_root install -d -o nobody /var/lib/tidings-hub
coproc hub {
    . "$root/etc/default/tidings-hub"
    exec chroot --userspec=nobody "$root" /usr/bin/tidings-hub $TIDINGS_HUB_OPTIONS
}
process=$hub_PID
trap 'kill "$process" 2>/dev/null || true' EXIT
read -r -t 30 said <&"${hub[0]}"
echo "$said"
address=${said##* }
emit() { in_root curl -sS --fail -d '{"topic": "news", "event": "headline", "data": "'"$1"'"}' "${address}emit"; }
first=$(emit "the first" | sed 's/{"id":"\([^"]*\)".*/\1/')
emit "the second" >/dev/null
stream=$(in_root curl -sN --max-time 3 "${address}events?topic=news&lastEventId=$first" || true) # it does not end by itself
echo "$stream"
grep -q '^data: the second$' <<<"$stream" || fail "the second event is missing"
grep -q '^data: the first$' <<<"$stream" && fail "the first event came again"
kill -TERM "$process"
wait "$process"
echo "the hub ended with $?"

in_root apt-get -qq -y purge tidings-hub >/dev/null
for left in etc/default/tidings-hub var/lib/tidings-hub usr/bin/tidings-hub; do
    [ ! -e "$root/$left" ] || fail "purge has left $left"
done
echo "purged"
