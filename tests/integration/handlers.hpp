// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>

namespace tidings::test {

// Handlers that several tests serve.

/// One event with data "one", then it returns.
boost::asio::awaitable<void> send_one(context ctx, request const& asked, event_stream& out);

/// Opens the stream and waits for its end.
boost::asio::awaitable<void> stay_open(context ctx, request const& asked, event_stream& out);

/// Sends "hello", waits for the end of its context, and says a farewell that names the reason.
boost::asio::awaitable<void> say_farewell(context ctx, request const& asked, event_stream& out);

/// Hands the stream over to a topic, and returns.
boost::asio::awaitable<void> hand_over(topic const& news, context ctx, request const& asked,
                                       event_stream& out);

/// Waits where its context is not looked at.
boost::asio::awaitable<void> hang_in_asio(context ctx, request const& asked, event_stream& out);

/// Answers with the text "plain".
boost::asio::awaitable<response> answer_plainly(context ctx, request const& asked);

/// Answers with the body that it was sent.
boost::asio::awaitable<response> echo(context ctx, request const& asked);

} // namespace tidings::test
