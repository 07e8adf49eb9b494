// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/server.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// What every example does alike, and none is about: `--port N` on the command line, and the address on the
/// first line of output.
namespace example {

/// 8080 unless told otherwise; 0 is any free port.
inline std::uint16_t port(int argc, char** argv)
{
    if (argc == 1)
        return 8080;
    if (argc == 3 && argv[1] == std::string_view("--port"))
        return static_cast<std::uint16_t>(std::strtoul(argv[2], nullptr, 10));
    fmt::print(stderr, "usage: {} [--port N]\n", argv[0]);
    std::exit(2);
}

inline void print_address(tidings::server const& server)
{
    fmt::print("http://127.0.0.1:{}/\n", server.port());
    std::fflush(stdout);
}

/// Serves until SIGINT or SIGTERM.
inline void run(tidings::server& server)
{
    server.start();
    print_address(server);
    server.run();
}

} // namespace example
