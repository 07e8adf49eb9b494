// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/response_head.hpp>
#include <tidings/http/response.hpp>
#include <tidings/server/detail/shared_state.hpp>
#include <tidings/stream/internal/writer.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace tidings::detail {

/// Sends a plain response, a file from disk piece by piece. True when all of it has left and another may
/// follow. For files see `send_file`.
boost::asio::awaitable<bool> send_response(internal::writer& out, boost::asio::io_context& io,
                                           shared_state& shared, response& answer,
                                           internal::head_params params, bool head_only);

} // namespace tidings::detail
