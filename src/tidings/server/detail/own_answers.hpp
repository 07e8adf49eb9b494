// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/response.hpp>
#include <tidings/http/router.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>

namespace tidings::detail {

// What a server answers by itself.

/// What no route answers: 404, 405 with Allow, and OPTIONS.
response unrouted(route_match<std::size_t> const& found);

/// The handler behind all of these: gives the answer that was decided upon before. The server's middleware is
/// around it.
boost::asio::awaitable<void> answer_as_decided(context ctx, request const& asked, event_stream& out);

/// HEAD of a stream: the head, without its handler.
boost::asio::awaitable<void> open_only(context ctx, request const& asked, event_stream& out);

} // namespace tidings::detail
