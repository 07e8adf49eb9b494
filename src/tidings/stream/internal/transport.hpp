// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/headers.hpp>
#include <tidings/stream/stream_end.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>

namespace tidings {
class request;
}

namespace tidings::internal {

/// What handlers and the kernel may call, and what therefore lives until the last of them lets go: kept by
/// `boost::intrusive_ptr`. On one loop, so references are counted without atomics, and in four bytes: there
/// is one for each connection.
struct counted : boost::intrusive_ref_counter<counted, boost::thread_unsafe_counter>
{
    virtual ~counted() = default;
};

/// How a transport wants each piece of a body wrapped.
enum class framing : unsigned char
{
    none,    ///< as it is: the body ends with the connection, or the transport frames by itself
    chunked, ///< in chunks (RFC 9112, 7.1)
};

struct write_result
{
    std::size_t taken = 0; ///< fewer than offered: the transport would have to wait
    bool is_gone = false;  ///< nothing will ever be taken again
};

/// What a stream needs of a connection: a way for bytes to leave, at once and in order. Implemented for each
/// protocol; used by `writer`, and by nothing else. On one loop.
///
/// Every member that writes is pure: a transport that cannot write through to the peer does not compile.
class transport
{
public:
    /// What precedes the body of a stream, framing included; empty if the transport sends its heads by
    /// itself.
    virtual std::string stream_head(int status, headers const& fields) = 0;
    /// The same of a plain answer, whose body has that many bytes and is written as it is.
    virtual std::string plain_head(int status, headers const& fields, std::uint64_t body_size) = 0;

    virtual framing body_framing() const noexcept = 0;

    /// Hands bytes to the peer's side now, in one gathered write; never waits. That the peer is gone it
    /// reports, and does nothing about it: the writer tells all whom it concerns, by `lost` this object too.
    virtual write_result write(std::span<boost::asio::const_buffer const> pieces) = 0;

    /// How many bytes were taken that have not reached the peer yet, as far as is known.
    virtual std::size_t underway() const noexcept { return 0; }

    /// Calls `writer::on_writable` once, when the transport can take more.
    virtual void await_writable() = 0;

    /// The writer has lost the peer: nothing that was written since leaves. Once.
    virtual void lost() = 0;

    /// The body is complete: ends the stream once all is sent. For streams without a handler.
    virtual void finish() = 0;

    /// What feeds the stream without a handler has failed, and the stream is about to be cut: for the log.
    virtual void feed_failed(std::exception_ptr failure) = 0;

    /// After which pause the client is to come back when the stream has ended, however it ends; empty if that
    /// has hardly changed since it was told. `told` is kept with the stream, for this alone: 0 at its begin.
    virtual std::optional<std::chrono::milliseconds> new_pause(std::uint8_t& /*told*/)
    {
        return std::nullopt;
    }

    /// The route's own handler begins: all is known of the request that checks and middleware find out.
    virtual void handler_begins(request const& /*asked*/) {}

    /// Gives the connection up at once. The context of the stream ends with `end_reason::client_gone`.
    virtual void cut(cut_reason why) = 0;

protected:
    ~transport() = default;
};

} // namespace tidings::internal
