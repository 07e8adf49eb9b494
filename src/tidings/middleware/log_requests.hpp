// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/handler.hpp>

#include <functional>
#include <string_view>

namespace tidings {

/// Takes one line without its line end. Called on the loops of a server: thread-safe if there are several.
/// One that throws has lost its line, and costs no client its answer.
using line_sink = std::function<void(std::string_view)>;

/// Says one line for each request, when its handler has returned, or when a file of its has been sent:
///
///     GET /builds 200 0.001s
///     GET /builds/7/events 200 stream 12.041s client gone
///     POST /builds 500 0.020s failed (ada)
///
/// Method, path, status, how long the handler ran, and why it ended: of a stream always, of an answer if its
/// context had ended by then; and who asked, where a check or a middleware has said so. The status is "-"
/// when the context ended before the handler had given one: the client has left, or it gets an empty stream
/// or a 500 from the server, as in a drain. The query is left out: it may hold what is nobody's business.
/// Give it first, so that it also sees what other middleware answers; what checks answer it sees in any case.
middleware log_requests(line_sink sink);

} // namespace tidings
