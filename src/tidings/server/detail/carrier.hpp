// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/stream/internal/event_writer.hpp>
#include <tidings/stream/internal/transport.hpp>
#include <tidings/wait/end_reason.hpp>

#include <cstddef>

namespace tidings::detail {

/// What has brought a request and takes its answer away: a connection that speaks HTTP/1.1; of another
/// protocol one stream of many on a connection. This, and the transport that it is, is all that an exchange
/// knows of how it is carried.
class carrier : public internal::transport
{
public:
    virtual internal::event_writer& out() noexcept = 0;

    /// An event stream begins, before its handler does: the `of_address`-th of its client's address, 0 where
    /// that stands for many clients. It ends at that age; zero: at none.
    virtual void stream_begins(std::size_t of_address, duration age) = 0;

    /// Why the request will have ended: the first reason stays, and is counted.
    virtual void request_ends(end_reason why) = 0;

    /// The exchange is over, and may be destroyed now; a stream that was handed over goes on without it.
    /// `is_whole`: all of the answer has left, to its proper end.
    virtual void exchange_ended(bool is_whole) = 0;

    /// Lets the peer go at once; a handler that still runs goes on without it.
    virtual void close_now() = 0;

protected:
    ~carrier() = default;
};

} // namespace tidings::detail
