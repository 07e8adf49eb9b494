#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# usage: check_bites.sh SCRATCH
# Breaks each rule of check.sh once, in a scratch tree of one file, and demands that the rule is named.
set -euo pipefail
check="$(dirname "$(realpath "$0")")/check.sh"
scratch=$1
failures=0

breaks() # FILE LINE RULE
{
    rm -rf "$scratch"
    mkdir -p "$scratch/$(dirname "$1")"
    printf '// SPDX-License-Identifier: BSL-1.0\n%s\n' "$2" >"$scratch/$1"
    local said
    if said=$(bash "$check" "$scratch") || ! grep -qF "breaks the rule: $3" <<<"$said" || ! grep -q "^$1:" <<<"$said"; then
        printf 'not noticed: "%s" in %s should break "%s"; check.sh said: %s\n' "$2" "$1" "$3" "$said"
        failures=1
    fi
}

breaks src/tidings/sse/a.hpp '#include <tidings/wait/context.hpp>' 'sse includes only itself'
breaks src/tidings/wait/a.cpp '#include <tidings/http/request.hpp>' 'wait includes only itself'
breaks src/tidings/http/a.hpp '#include <tidings/sse/event.hpp>' 'http includes only itself'
breaks src/tidings/stream/a.hpp '#include <tidings/hub/topic.hpp>' 'stream includes only itself'
breaks src/tidings/hub/a.hpp '#include <tidings/server/server.hpp>' 'hub includes only itself'
breaks src/tidings/hub/sqlite/a.cpp '#include <tidings/server/server.hpp>' 'hub includes only itself'
breaks src/tidings/hub/a.cpp '#include <tidings/hub/sqlite/sqlite_log.hpp>' 'hub does not know its components'
breaks src/tidings/hub/sqlite/a.cpp '#include <tidings/hub/detail/history.hpp>' 'components of the hub use its public headers'
breaks src/tidings/server/a.hpp '#include <tidings/middleware/cors.hpp>' 'server includes only itself'
breaks src/tidings/middleware/a.hpp '#include <tidings/hub/topic.hpp>' 'middleware includes only itself'
breaks src/tidings/server/a.hpp '#include <tidings/metrics/text.hpp>' 'server includes only itself'
breaks src/tidings/metrics/a.hpp '#include <tidings/testing/stream.hpp>' 'metrics includes only itself'
breaks src/tidings/server/a.cpp '#include <tidings/wait/detail/small_lock.hpp>' "server includes no other layer's detail/"
breaks src/tidings/testing/a.cpp '#include <tidings/hub/redis/detail/reply.hpp>' "testing includes no other layer's detail/"
breaks src/tidings/sse/a.cpp '#include <boost/url.hpp>' 'sse is text alone'
breaks src/tidings/sse/a.hpp '#include <fmt/format.h>' 'fmt stays in the sources of sse'
breaks src/tidings/http/a.hpp '#include <boost/asio/buffer.hpp>' 'headers of http are free of Asio'
breaks src/tidings/http/a.cpp '#include <boost/asio/read.hpp>' 'http does no I/O'
breaks src/tidings/http/a.cpp 'auto now = std::chrono::system_clock::now();' 'http does no I/O and looks at no clock'
breaks src/tidings/wait/a.hpp '#include <boost/asio/ip/tcp.hpp>' 'wait knows no sockets'
breaks src/tidings/http/a.hpp '#include <boost/beast/http/parser.hpp>' 'Beast stays in the sources of http'
breaks src/tidings/server/a.cpp '#include <boost/beast/core.hpp>' 'Beast stays in the sources of http'
breaks src/tidings/hub/sqlite/a.hpp '#include <sqlite3.h>' 'no header shows'
breaks src/tidings/server/a.cpp '#include <boost/asio.hpp>' 'src includes the single headers of Asio'
breaks src/tidings/wait/a.cpp '#include <boost/asio/experimental/channel.hpp>' 'src includes the single headers of Asio'
breaks src/tidings/hub/a.cpp '#include <boost/asio/ip/tcp.hpp>' 'sockets live in'
breaks src/tidings/server/a.cpp '#include <boost/asio/steady_timer.hpp>' 'all time goes through the wheel'
breaks src/tidings/server/a.hpp 'using namespace std;' 'no using-directive in a header'
breaks examples/a.cpp 'tidings::detail::small_lock lock;' 'examples use public names'
breaks tests/unit/wait/a.cpp 'std::this_thread::sleep_for(1s);' 'tests wait for what they need'
breaks tests/browser/a.mjs 'await page.waitForTimeout(100);' 'tests wait for what they need'

rm -rf "$scratch"
mkdir -p "$scratch/src"
echo 'int x;' >"$scratch/src/a.cpp"
said=$(bash "$check" "$scratch") || true
grep -q 'every file starts with its SPDX line' <<<"$said" || { echo 'a missing SPDX line is not noticed'; failures=1; }

exit $failures
