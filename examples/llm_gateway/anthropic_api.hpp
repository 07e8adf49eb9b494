// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/wait/context.hpp>

#include "upstream.hpp"

#include <boost/asio/awaitable.hpp>

namespace gateway {

/// POST /v1/messages, streamed or whole. Text is translated, in both directions; tools and pictures are
/// refused with 400. A stream gets a `ping` event after each `ping_interval`, also before the first token.
boost::asio::awaitable<void> create_message(upstream const& model, tidings::duration ping_interval,
                                            tidings::context ctx, tidings::request const& request,
                                            tidings::event_stream& out);

} // namespace gateway
