// SPDX-License-Identifier: BSL-1.0
// What the page about proxies shows of the probe. Compiled, not run.
// [probe]
#include <tidings/probe/path_probe.hpp>

void serve_probe(tidings::server& server)
{
    tidings::path_probe(server, "/probe"); // anybody may open it; a third argument has checks
}
// [/probe]
