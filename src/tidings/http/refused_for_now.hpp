// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>

#include <chrono>
#include <string_view>

namespace tidings {

/// An answer that refuses a request for a while, in words that its client understands. An EventSource takes
/// every status but 200 for the end, and its page would be dead although the cause passes. So a GET that
/// accepts `text/event-stream` and nothing else gets 200 and an event stream that consists of `retry:` with
/// that pause, a comment that says why, and the end: it comes back by itself. Everybody else gets `status`
/// (503 or 429, say) with Retry-After. Draw the pause by chance, or all come back at once.
///
///     co_await out.respond(tidings::refused_for_now(request, 503, 4s, "the model is being loaded"));
[[nodiscard]] response refused_for_now(request const& asked, int status, std::chrono::milliseconds pause,
                                       std::string_view why);

} // namespace tidings
