// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace tidings {

/// What a server is doing and has done: a snapshot, taken from any thread.
struct server_stats
{
    std::uint64_t connections = 0;    ///< open now
    std::uint64_t streams = 0;        ///< event streams open now
    std::uint64_t handlers = 0;       ///< handlers that have not returned yet
    std::uint64_t buffered_bytes = 0; ///< held for clients now, accurate to 64 KiB a loop

    std::uint64_t accepted = 0;                ///< connections since the start
    std::uint64_t refused = 0;                 ///< requests and connections that were refused temporarily
    std::uint64_t over_limit_of_address = 0;   ///< of these, by `server_options::per_address`
    std::uint64_t over_limit_of_principal = 0; ///< of these, by `server_options::per_principal`
    std::uint64_t ended_for_room = 0; ///< idle connections and slow requests closed to admit newcomers
    std::uint64_t requests = 0;       ///< answered by a handler, a check or the server
    /// Refused by the parser, too large, not complete in time, or with too much input during an open stream.
    std::uint64_t bad_requests = 0;
    std::uint64_t streams_opened = 0; ///< since the start, including those answered with a plain response
    /// Requests, including streams, whose client closed, reset or vanished before the end.
    std::uint64_t clients_gone = 0;
    std::uint64_t write_timeouts = 0;     ///< responses and streams cut because the peer accepted nothing
    std::uint64_t queue_overflows = 0;    ///< streams cut because too much was waiting
    std::uint64_t handlers_failed = 0;    ///< handlers that threw an exception
    std::uint64_t handlers_abandoned = 0; ///< handlers that lost their connection and have not returned yet
};

} // namespace tidings
