// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/stream_end.hpp>

#include <functional>
#include <string_view>

namespace tidings {

/// Takes one line without its line end. Called on the loops of a server: thread-safe if there are several.
using line_sink = std::function<void(std::string_view)>;

/// For `server_options::on_stream_end`: says one line for each request, and for each stream that was handed
/// over, when all of it is over:
///
///     GET /builds 200 0.001s
///     GET /builds/7/events 200 stream 12.041s client gone
///     POST /builds 500 0.020s failed (ada)
///
/// Method, path, status, how long it took, and why it ended: of a stream always, of an answer if that is not
/// that all of it has left; and who asked, where a check or a middleware has said so. The status is "-" when
/// the client has left before there was one. The query is left out: it may hold what is nobody's business.
std::function<void(stream_end const&)> log_requests(line_sink sink);

} // namespace tidings
