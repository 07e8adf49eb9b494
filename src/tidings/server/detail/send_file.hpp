// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/response_head.hpp>
#include <tidings/http/response.hpp>
#include <tidings/server/detail/shared_state.hpp>
#include <tidings/stream/internal/writer.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>

namespace tidings::detail {

/// Sends a file from disk, piece by piece. True when all of it has left. One that cannot be opened becomes
/// the status that says why, with what the answer was completed with, and takes its place in `answer`; one
/// that ends early, or cannot be read on, ends the connection, since its length was promised. What a person
/// ought to look at is logged.
boost::asio::awaitable<bool> send_file(internal::writer& out, context ctx, response& answer,
                                       internal::head_params params, bool head_only, shared_state& shared);

/// What a client is told of a file that cannot be opened for this `errno`.
response file_refusal(int error);

} // namespace tidings::detail
