// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/server.hpp>
#include <tidings/stream/stream_end.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tidings::internal {

/// What `tidings::metrics` and `tidings::admin` read of a server.
struct server_figures
{
    struct certificate
    {
        std::string endpoint; ///< as the server was given it: "127.0.0.1:8443", or the path of a unix socket
        std::chrono::system_clock::time_point expires; ///< of several the first that does
    };

    server_stats stats;
    bool has_tls = false;
    bool has_http2 = false;
    std::vector<certificate> certificates{};
    /// When each loop last showed that it is not held up, as it does once a second: `time_point()` before it
    /// runs, `time_point::max()` from its drain on.
    std::vector<time_point> beats{};
};

/// Calls `each_end` at each request's end, as `server_options::on_stream_end` is called, and after it: on the
/// loop of the request, which it must not hold up. Throws `std::logic_error` once the server has started.
/// What it returns may be called from any thread, and gives nothing once the server is gone.
std::function<std::optional<server_figures>()> observe(server& of,
                                                       std::function<void(stream_end const&)> each_end);

} // namespace tidings::internal
