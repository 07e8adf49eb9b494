// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/server/detail/shared_state.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>

#include <string_view>

namespace tidings::detail {

// What a server answers by itself, with its middleware around it.

/// What no route answers: 404, 405 with Allow, and OPTIONS.
boost::asio::awaitable<void> answer_unrouted(shared_state const& all, request const& asked,
                                             event_stream& out);

/// HEAD of a stream: the head, without its handler.
boost::asio::awaitable<void> open_only(context ctx, request const& asked, event_stream& out);

/// 204: the stream was finished, and its client must not come back.
boost::asio::awaitable<void> answer_gone_for_good(context ctx, request const& asked, event_stream& out);

/// What is refused for a while: an EventSource is told when to come back, others get the status.
boost::asio::awaitable<void> answer_refusal(shared_state& all, int status, std::string_view why,
                                            request const& asked, event_stream& out);

} // namespace tidings::detail
