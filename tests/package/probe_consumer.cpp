// SPDX-License-Identifier: BSL-1.0
// A user's program with a page that probes the path to it.
#include <tidings/probe/path_probe.hpp>

int main()
{
    tidings::server server({.listen = {}});
    tidings::path_probe(server, "/probe");
}
