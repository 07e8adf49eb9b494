// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/detail/shared_state.hpp>

namespace tidings::detail {

/// Sends a plain response, a file from disk piece by piece. True when all of it has left. What is said in
/// place of a file takes its place in `answer`: that the client has it already, where a folder's page is, or
/// why it cannot be opened. What a person ought to look at is logged. `asked` lives until then.
boost::asio::awaitable<bool> send_response(internal::writer& out, boost::asio::io_context& io,
                                           shared_state& shared, response& answer, request const& asked);

/// What a client is told of a file that cannot be opened for this `errno`.
response file_refusal(int error);

} // namespace tidings::detail
