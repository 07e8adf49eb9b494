// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/response.hpp>
#include <tidings/stream/event_stream.hpp>

#include <boost/asio/awaitable.hpp>

namespace tidings::detail {

/// A handler that gives this answer: what middleware returns in place of the handler that it guards.
boost::asio::awaitable<void> answer_with(event_stream& out, response answer);

} // namespace tidings::detail
