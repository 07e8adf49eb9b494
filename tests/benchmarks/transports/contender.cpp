// SPDX-License-Identifier: BSL-1.0
#include "contender.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <thread>

namespace tidings::benchmark {

std::vector<contender> contenders()
{
    constexpr speech http1{}, http1_tls{.is_tls = true}, http2{.is_http2 = true},
        http2_tls{.is_http2 = true, .is_tls = true};
    std::string const bare = "bare_transports", ours = "tidings_transports", go = "go_transports";
    std::vector<contender> all{
        {"bare loop, HTTP/1.1", bare, http1},
        {"bare loop, HTTP/1.1, TLS", bare, http1_tls},
        {"HTTP/1.1", ours, http1},
        {"HTTP/1.1, with metrics", ours, {.is_counted = true}},
        {"HTTP/1.1, TLS", ours, http1_tls},
        {"HTTP/2, 1 stream a connection", ours, http2, 1},
        {"HTTP/2, 1 stream a connection, TLS", ours, http2_tls, 1},
        {"HTTP/2, 6 streams a connection", ours, http2, 6},
        {"HTTP/2, 6 streams a connection, TLS", ours, http2_tls, 6},
        {"HTTP/2, 100 streams a connection", ours, http2, 100},
        {"HTTP/2, 100 streams a connection, TLS", ours, http2_tls, 100},
        {"Go, HTTP/1.1", go, http1},
        {"Go, HTTP/1.1, TLS", go, http1_tls},
        {"Go, HTTP/2, 6 streams a connection, TLS", go, http2_tls, 6},
        {"Go, HTTP/2, 100 streams a connection, TLS", go, http2_tls, 100},
    };
    if (!std::filesystem::exists(beside_this_program(go))) {
        fmt::print("no rows of Go's: build the target go_transports, which needs go\n");
        std::erase_if(all, [&](contender const& each) { return each.program == go; });
    }
    return all;
}

void wait_until_open(server_process& server, audience const& all)
{
    while (server.ask("streams") < all.streams())
        std::this_thread::sleep_for(std::chrono::microseconds(100));
}

} // namespace tidings::benchmark
