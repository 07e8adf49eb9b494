// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/headers.hpp>
#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/stream/handler.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tidings::detail {

class loop_state;
struct exchange_settings;
struct route;

/// Who answers a request, as its head has decided.
struct reception
{
    route const* to = nullptr;                   ///< null if no route was found, or asked for
    exchange_settings const* settings = nullptr; ///< the route's, or the server's
    std::optional<response> answer{}; ///< of a check, or of the server itself, in the handler's place
    headers fields{};                 ///< of the answer, whoever gives it
};

/// Decides upon the head of a request: asks the checks in their order, finds the route, whose parameters the
/// request gets, asks the route's checks, and counts a body that is too large. A check that throws is logged
/// and answered with 500. `body_size`: empty if it is not known.
reception receive(loop_state& home, request& head, std::optional<std::uint64_t> body_size);

/// Refuses a stream for a while if the server stops, or if its address has enough streams, `own` not counted.
std::optional<response> refuse_stream(loop_state& home, request const& asked, std::size_t own);

/// The handler with middleware around it, the first outermost.
stream_handler wrapped(stream_handler inner, std::vector<middleware> const& around);

/// Gives an answer that was decided upon before. The server's middleware is around it.
boost::asio::awaitable<void> answer_as_decided(context ctx, request const& asked, event_stream& out);

/// HEAD of a stream: the head, without its handler.
boost::asio::awaitable<void> open_only(context ctx, request const& asked, event_stream& out);

} // namespace tidings::detail
