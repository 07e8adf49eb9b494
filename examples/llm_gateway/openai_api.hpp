// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/wait/context.hpp>

#include "upstream.hpp"

#include <boost/asio/awaitable.hpp>

namespace gateway {

/// POST /v1/chat/completions, streamed or whole as the client asks for it. The upstream speaks the same API,
/// so its answers are handed on as they are, with their status and Retry-After.
boost::asio::awaitable<void> complete_chat(upstream const& model, tidings::context ctx,
                                           tidings::request const& request, tidings::event_stream& out);

} // namespace gateway
