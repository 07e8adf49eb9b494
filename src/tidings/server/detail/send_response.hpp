// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/detail/shared_state.hpp>

namespace tidings::detail {

/// Sends a plain response, a file from disk piece by piece. True when all of it has left. A file that cannot
/// be opened is answered with the status that says why, which takes its place in `answer`. What a person
/// ought to look at is logged.
boost::asio::awaitable<bool> send_response(internal::writer& out, boost::asio::io_context& io,
                                           shared_state& shared, response& answer, bool head_only);

/// What a client is told of a file that cannot be opened for this `errno`.
response file_refusal(int error);

} // namespace tidings::detail
