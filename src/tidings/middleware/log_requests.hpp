// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/stream_end.hpp>

#include <functional>
#include <string_view>

namespace tidings {

/// Receives one line without its line end. Called on the loops of a server: thread-safe if there are several.
using line_sink = std::function<void(std::string_view)>;

/// For `server_options::on_stream_end`: writes one line for each request, and for each stream that was handed
/// over, when it has ended:
///
///     GET /builds 200 0.001s
///     GET /builds/7/events 200 stream 12.041s client gone
///     POST /builds 500 0.020s failed (ada)
///
/// Method, path, status, duration, the reason for the end (always for a stream; for a plain response unless
/// it was sent completely), and the principal, if a check or middleware has set one. The status is "-" if the
/// client left before it got one. The query is left out, since it may contain secrets.
std::function<void(stream_end const&)> log_requests(line_sink sink);

} // namespace tidings
