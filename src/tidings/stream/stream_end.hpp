// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/wait/end_reason.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidings {

/// Why the server cut a stream: ended it without a proper end, so that the client reconnects.
enum class cut_reason : std::uint8_t
{
    write_timeout,  ///< the peer accepted nothing, or too little, while bytes were waiting
    queue_overflow, ///< more was waiting than the stream may hold
    handler_failed, ///< the handler threw after the headers were sent
    behind,         ///< a subscriber fell behind a topic's history
};

/// How a request ended or, if its stream was handed over to a topic, how that stream ended: exactly one for
/// each request. Its views are valid for the duration of the call that receives it.
struct stream_end
{
    std::string_view method{};
    std::string_view path{};      ///< as it was sent, without the query, which may hold a secret
    std::string_view route{};     ///< the pattern of its route; empty: none matched, or none was looked for
    std::string_view principal{}; ///< see `request::principal`
    std::string_view address{};   ///< see `request::remote_address`
    std::string_view protocol{};  ///< see `request::version`
    std::string_view trace{};     ///< the request's `traceparent`; empty if it had no valid one
    int status = 0;               ///< 0: the client left before it got one
    bool is_stream = false;       ///< whether that was the status of an event stream
    /// `handler_returned`: the whole response was sent, to its proper end.
    end_reason reason = end_reason::none;
    std::optional<cut_reason> cut{}; ///< why the server cut the connection, if it did
    time_point start{};              ///< when the handler, or whatever responded in its place, began
    duration lasted{};
    std::optional<duration> first_event{}; ///< since the start
    std::uint64_t events = 0;              ///< sent, not counting keep-alives
    std::uint64_t replayed = 0;            ///< of these, sent from topics' histories while it was catching up
    std::uint64_t bytes = 0;               ///< accepted by the kernel, including headers and framing
};

} // namespace tidings
