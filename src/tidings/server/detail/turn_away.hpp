// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/response.hpp>
#include <tidings/net/internal/stream_socket.hpp>
#include <tidings/server/detail/loop_state.hpp>

#include <string_view>

namespace tidings::detail {

/// Answers a client for which there is no place at all, by what it has sent so far, and closes. It waits for
/// nothing: a client whose request has not come yet gets a 503.
void turn_away(loop_state& home, internal::stream_socket socket, std::string_view why);

/// Sends an answer behind which the connection closes, a courtesy that is not worth waiting for.
void send_last_answer(loop_state& home, internal::stream_socket const& socket, response const& answer);

} // namespace tidings::detail
