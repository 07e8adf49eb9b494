# SPDX-License-Identifier: BSL-1.0
"""Breaks each rule of rules.py once, in a tree of one file, and demands that the rule is named. No rule may be left out."""

import sys

from rules import COMPONENTS, LINE_RULES, broken, overdrawn, unlisted, unproved

BREAKS = [
    ("src/tidings/sse/a.hpp", "#include <tidings/wait/context.hpp>", "sse includes only itself"),
    ("src/tidings/wait/a.cpp", "#include <tidings/http/request.hpp>", "wait includes only itself"),
    ("src/tidings/http/a.hpp", "#include <tidings/sse/event.hpp>", "http includes only itself"),
    ("src/tidings/stream/a.hpp", "#include <tidings/hub/topic.hpp>", "stream includes only itself"),
    ("src/tidings/hub/a.hpp", "#include <tidings/server/server.hpp>", "hub includes only itself"),
    ("src/tidings/hub/sqlite/a.cpp", "#include <tidings/server/server.hpp>", "hub includes only itself"),
    ("src/tidings/loop/a.hpp", "#include <tidings/wait/context.hpp>", "loop includes only itself"),
    ("src/tidings/net/a.hpp", "#include <tidings/wait/context.hpp>", "net includes only itself"),
    ("src/tidings/admin/a.hpp", "#include <tidings/testing/stream.hpp>", "admin includes only itself"),
    ("src/tidings/loop/a.cpp", "#include <tidings/http/detail/syntax.hpp>", "loop includes no other layer's detail/"),
    ("src/tidings/net/a.cpp", "#include <tidings/loop/detail/timer_wheel.hpp>", "net includes no other layer's detail/"),
    ("src/tidings/admin/a.cpp", "#include <tidings/server/detail/engine.hpp>", "admin includes no other layer's detail/"),
    *(("src/tidings/hub/a.cpp", f"#include <tidings/{each}/a.hpp>", f"the core does not know {each}") for each in COMPONENTS),
    ("src/tidings/hub/redis/a.cpp", "#include <tidings/net/tls/internal/tls_client.hpp>", "the core does not know net/tls"),
    ("src/tidings/net/redis/a.cpp", "#include <tidings/net/tls/tls_context.hpp>", "net/redis knows one header of net/tls"),
    ("src/tidings/hub/sqlite/a.cpp", "#include <tidings/hub/detail/history.hpp>", "components of the hub use its public headers"),
    ("src/tidings/hub/redis/a.cpp", "#include <tidings/server/server.hpp>", "hub/redis includes only its layer"),
    ("src/tidings/hub/redis/a.cpp", "#include <tidings/loop/detail/timer_wheel.hpp>", "hub/redis includes no other layer's detail/"),
    ("src/tidings/hub/a.cpp", "#include <tidings/net/internal/reactor.hpp>", "hub includes only itself"),
    ("src/tidings/server/a.hpp", "#include <tidings/middleware/cors.hpp>", "server includes only itself"),
    ("src/tidings/middleware/a.hpp", "#include <tidings/hub/topic.hpp>", "middleware includes only itself"),
    ("src/tidings/server/a.hpp", "#include <tidings/metrics/text.hpp>", "server includes only itself"),
    ("src/tidings/logging/a.hpp", "#include <tidings/server/server.hpp>", "logging includes only itself"),
    ("src/tidings/metrics/a.hpp", "#include <tidings/testing/stream.hpp>", "metrics includes only itself"),
    ("src/tidings/probe/a.hpp", "#include <tidings/hub/topic.hpp>", "probe includes only itself"),
    ("src/tidings/service/a.hpp", "#include <tidings/hub/topic.hpp>", "service includes only itself"),
    ("src/tidings/testing/a.hpp", "#include <tidings/admin/console.hpp>", "testing includes only itself"),
    ("src/tidings/sse/a.cpp", "#include <tidings/http/detail/syntax.hpp>", "sse includes no other layer's detail/"),
    ("src/tidings/wait/a.cpp", "#include <tidings/sse/detail/a.hpp>", "wait includes no other layer's detail/"),
    ("src/tidings/http/a.cpp", "#include <tidings/sse/detail/a.hpp>", "http includes no other layer's detail/"),
    ("src/tidings/stream/a.cpp", "#include <tidings/wait/detail/operation.hpp>", "stream includes no other layer's detail/"),
    ("src/tidings/hub/a.cpp", "#include <tidings/stream/detail/patience.hpp>", "hub includes no other layer's detail/"),
    ("src/tidings/server/a.cpp", "#include <tidings/loop/detail/timer_wheel.hpp>", "server includes no other layer's detail/"),
    ("src/tidings/middleware/a.cpp", "#include <tidings/http/detail/syntax.hpp>", "middleware includes no other layer's detail/"),
    ("src/tidings/logging/a.cpp", "#include <tidings/http/detail/target.hpp>", "logging includes no other layer's detail/"),
    ("src/tidings/metrics/a.cpp", "#include <tidings/server/detail/engine.hpp>", "metrics includes no other layer's detail/"),
    ("src/tidings/probe/a.cpp", "#include <tidings/server/detail/engine.hpp>", "probe includes no other layer's detail/"),
    ("src/tidings/service/a.cpp", "#include <tidings/server/detail/engine.hpp>", "service includes no other layer's detail/"),
    ("src/tidings/testing/a.cpp", "#include <tidings/hub/redis/detail/reply.hpp>", "testing includes no other layer's detail/"),
    ("src/tidings/sse/a.cpp", "#include <boost/url.hpp>", "sse is text alone"),
    ("src/tidings/sse/a.hpp", "#include <fmt/format.h>", "fmt stays in the sources of sse"),
    ("src/tidings/http/a.hpp", "#include <boost/asio/buffer.hpp>", "headers of http are free of Asio"),
    ("src/tidings/http/a.cpp", "#include <boost/asio/read.hpp>", "http does no I/O"),
    ("src/tidings/http/a.cpp", "auto now = std::chrono::system_clock::now();", "http does no I/O and looks at no clock"),
    ("src/tidings/wait/a.hpp", "#include <boost/asio/ip/tcp.hpp>", "wait and loop know no sockets"),
    ("src/tidings/http/a.hpp", "#include <boost/beast/http/parser.hpp>", "Beast stays in the sources of http"),
    ("src/tidings/server/a.cpp", "#include <boost/beast/core.hpp>", "Beast stays in the sources of http"),
    ("src/tidings/hub/sqlite/a.hpp", "#include <sqlite3.h>", "no header shows"),
    ("src/tidings/hub/redis/a.cpp", "#include <hiredis/hiredis.h>", "hiredis stays in net/redis"),
    ("src/tidings/server/a.cpp", "#include <openssl/ssl.h>", "OpenSSL stays in net/tls"),
    ("src/tidings/stream/internal/a.cpp", "#include <zlib.h>", "zlib and zstd stay in stream/compression"),
    ("src/tidings/server/a.cpp", "#include <boost/asio.hpp>", "src includes the single headers of Asio"),
    ("src/tidings/wait/a.cpp", "#include <boost/asio/experimental/channel.hpp>", "src includes the single headers of Asio"),
    ("src/tidings/hub/a.cpp", "#include <boost/asio/ip/tcp.hpp>", "sockets live in"),
    ("src/tidings/server/a.cpp", "#include <boost/asio/steady_timer.hpp>", "all time goes through the wheel"),
    ("src/tidings/server/a.hpp", "using namespace std;", "no using-directive in a header"),
    ("src/tidings/cellar/a.hpp", "int x;", "a layer has its place in LAYERS"),
    ("examples/a.cpp", "tidings::detail::spinlock lock;", "examples and the module use public names"),
    ("modules/a.cppm", "using tidings::internal::writer;", "examples and the module use public names"),
    ("tests/unit/wait/a.cpp", "std::this_thread::sleep_for(1s);", "tests wait for what they need"),
    ("docs/guide/01-a.md", "A client that missed something is told.", "the guide avoids phrases"),
    ("README.md", "Who reads slowly harms nobody. Why?", "the guide avoids phrases"),
    ("tests/browser/a.mjs", "await page.waitForTimeout(100);", "tests wait for what they need"),
]
LICENCE = "// SPDX-License-Identifier: BSL-1.0\n"

mistakes = []
for path, line, rule in BREAKS:
    said = broken({path: f"{LICENCE}{line}\n"})
    if not any(mistake.startswith(f"{path}:2: ") and f"breaks the rule: {rule}" in mistake for mistake in said):
        if not any(mistake.startswith(f"{path}:1: ") and f"breaks the rule: {rule}" in mistake for mistake in said):
            mistakes.append(f'"{line}" in {path} should break "{rule}"; said was: {said}')
    if broken({path: LICENCE.replace("//", "#!/bin/sh\n//")}) and "LAYERS" not in rule:
        mistakes.append(f"an empty {path} breaks a rule")
for rule, *_ in LINE_RULES:
    if not any(rule.startswith(named) for *_, named in BREAKS):
        mistakes.append(f'nothing here breaks "{rule}"')
if "every file starts with its SPDX line" not in str(broken({"src/a.cpp": "int x;\n"})):
    mistakes.append("a missing SPDX line is not noticed")

listing = {"src/tidings/tidings.hpp": "#include <tidings/wait/after.hpp>\n"}
for path, is_found in [("src/tidings/wait/after.hpp", False), ("src/tidings/wait/before.hpp", True), ("src/tidings/wait/internal/a.hpp", False),
                       ("src/tidings/wait/detail/a.hpp", False), ("src/tidings/hub/sqlite/sqlite_store.hpp", False)]:
    if bool(unlisted({**listing, path: ""})) != is_found:
        mistakes.append(f"a public header that is not in tidings.hpp: {path} is judged wrongly")

options = "struct server_options\n{\n" + "    int a = 0; ///< a count;\n\n    std::function<void(int)> b =\n        [] {};\n" * 16 + "};\n"
for path, text, says in [
    ("src/tidings/wait/a.hpp", "int x;\n\n    // y\n" * 10_000, "lines of the core: 30000"),
    ("src/tidings/hub/sqlite/a.cpp", "int x;\n" * 2_001, "lines of hub/sqlite: 2001"),
    ("src/tidings/testing/a.cpp", "int x;\n" * 1_801, "lines of testing: 1801"),
    ("modules/tidings.cppm", "using tidings::a;\n" * 91, "public names: 91"),
    ("src/tidings/server/server_options.hpp", options, "members of server_options: 32"),
]:
    if not any(mistake.startswith(says) for mistake in overdrawn({path: text})):
        mistakes.append(f"not noticed: {says}; said was: {overdrawn({path: text})}")

proofs = {
    "tests/integration/a.cpp": 'TEST_CASE("a client leaves")\nTEST_CASE_METHOD(a_fixture,\n                 "a client stays")\n',
    "tests/fuzz/CMakeLists.txt": 'add_test(NAME "unit/fuzz: corpus of ${name}" COMMAND a)\ntidings_fuzz_program(request)\n',
}
for promise, says in [
    ("- Nobody stays.", "ends with its test"),
    ("- Nobody stays (test: integration: a client leaves), mostly.", "ends with its test"),
    ("- Nobody stays.\n  (test: integration: a client goes)", "the test of a promise exists"),
    ("- Nobody stays. (test: unit/fuzz: corpus of nothing)", "the test of a promise exists"),
    ("- Nobody stays. (test: integration: a client leaves) (test: integration: a client stays)\n  (test: unit/fuzz: corpus of request)", None),
]:
    said = unproved({**proofs, "SECURITY.md": f"# Security\n\n## Promises\n\n{promise}\n\n## Limits\n\n- none\n"})
    if bool(said) != bool(says) or (says and says not in said[0]):
        mistakes.append(f'"{promise}" should be refused for: {says}; said was: {said}')

if mistakes:
    sys.exit("\n".join(mistakes))
