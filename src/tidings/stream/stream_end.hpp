// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/wait/end_reason.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidings {

/// Why a stream is cut: ended without a proper end, so that the client comes back.
enum class cut_reason : std::uint8_t
{
    write_timeout,  ///< the peer took nothing, or too little, while bytes were waiting
    queue_overflow, ///< more was waiting than the stream may hold
    handler_failed, ///< the handler threw after the head
    behind,         ///< a subscriber fell out of a topic's history
};

/// How a request ended, or, of one whose stream was handed over to a topic, how that stream did: exactly one
/// for each. Its texts live as long as the call that it is given to.
struct stream_end
{
    std::string_view method{};
    std::string_view path{};      ///< as it was sent; without the query, which may hold a secret
    std::string_view route{};     ///< the pattern of its route; empty: none was found, or asked for
    std::string_view principal{}; ///< see `request::principal`
    std::string_view address{};   ///< see `request::remote_address`
    std::string_view protocol{};  ///< see `request::version`
    std::string_view trace{};     ///< the request's `traceparent`; empty if it had no valid one
    int status = 0;               ///< 0: the client has left before it was given one
    bool is_stream = false;       ///< whether that was the status of an event stream
    /// `handler_returned`: all of the answer has left, to its proper end.
    end_reason reason = end_reason::none;
    std::optional<cut_reason> cut{}; ///< why the connection was cut, if the server has done so
    time_point start{};              ///< when the handler began, or what answered in its place
    duration lasted{};
    std::optional<duration> first_event{}; ///< since the start
    std::uint64_t events = 0;              ///< that were sent, but for comments in silence
    std::uint64_t replayed = 0;            ///< of them from topics' histories, before it had caught up
    std::uint64_t bytes = 0;               ///< that the system has taken, of the head and the framing too
};

} // namespace tidings
