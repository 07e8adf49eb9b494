// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/internal/encryption.hpp>
#include <tidings/server/detail/loop_state.hpp>

namespace tidings::detail {

/// Ends connections of this loop so that a newcomer can be served: of those that wait for a request the
/// longest idle ones, of the address that holds most of them; if there is none, the slowest of those whose
/// request is still coming in. Open streams and requests that are being answered are never ended. False when
/// nothing could be.
///
/// On a large server several idle ones go at once, since they all are looked at: so it costs a newcomer
/// little, however many there are.
bool make_room(loop_state& home);

/// Ends those connections of this loop that hold most, until the server holds no more than its budget: a
/// stream is cut as one whose own queue overflows, a request that is coming in is refused for a while. False
/// when nothing could be ended: what a handler is at work on is not.
bool relieve_buffers(loop_state& home);

/// Answers a client for which there is no place at all, by what it has sent so far, and closes. It waits for
/// nothing: a client whose request has not come yet gets a 503. One that speaks TLS gets nothing: a handshake
/// would cost more than a place does.
void turn_away(loop_state& home, internal::stream_socket accepted, internal::encryption const* tls,
               std::string_view why);

/// Sends an answer behind which the connection closes, a courtesy that is not worth waiting for.
void send_last_answer(loop_state& home, internal::peer_socket const& socket, response const& answer);

} // namespace tidings::detail
