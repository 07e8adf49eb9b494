// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/server/detail/occupation.hpp>
#include <tidings/server/server_options.hpp>

#include <cstddef>

namespace tidings::detail {

/// What a connection that speaks HTTP/1.1 is at.
enum class phase : std::uint8_t
{
    fresh,     ///< it has been accepted, and its first request has not begun
    idle,      ///< between requests
    queued,    ///< between two that have come; the next is for another turn of the loop
    head,      ///< a request has begun
    body,      ///< its head is complete
    answering, ///< an exchange is at work; input behind the request is kept
    skipping,  ///< the same, and what is left of the request's body is thrown away
    streaming, ///< the handler of an event stream is at work; input is thrown away from now on
    carrying,  ///< it has returned, and a topic feeds the stream
    lingering, ///< the last answer is out; input is thrown away, so that no reset overtakes the answer
    closed,
    count_of_phases,
};

/// What happens to it.
enum class happening : std::uint8_t
{
    input,
    end_of_input,
    time_over,    ///< that of the phase, or of a stream's age
    stop,         ///< the server drains
    full_buffers, ///< the server's, of which this connection holds most
    count_of_happenings,
};

/// What is to be done about it.
enum class reaction : std::uint8_t
{
    nothing,
    feed,    ///< the input to the parser
    keep,    ///< the input for the time behind the answer
    discard, ///< the input, up to a bound
    close,
    close_unheard,  ///< as `close`; a client that there is no place for is told to come back first
    refuse_late,    ///< the request did not come in time
    refuse_if_slow, ///< the same, unless its body keeps to the least rate
    refuse_for_now, ///< the request; its client may come back
    settle,         ///< a request for a stream, whose body is not waited for any more
    client_left,    ///< maybe: its context ends, and an answer that still comes is written
    probe,          ///< asks the client whether it is there
    end_answer,
    cut, ///< with a reset
};

[[nodiscard]] reaction react(phase in, happening what) noexcept;

[[nodiscard]] occupation occupation_in(phase in) noexcept;
[[nodiscard]] bool is_streaming(phase in) noexcept;
/// Whether a handler or an open stream is at work.
[[nodiscard]] bool is_busy(phase in) noexcept;

/// How long a phase may last; zero: for ever. `is_refused`: only to be told to come back.
[[nodiscard]] duration limit_of(phase in, server_options const& options, bool is_refused) noexcept;

/// How long a body may take of which so many bytes have come: as a whole, and after a grace at the least
/// rate. Zero: for ever.
[[nodiscard]] duration body_time(server_options const& options, std::size_t has_come) noexcept;

} // namespace tidings::detail
