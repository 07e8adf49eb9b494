// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/event_stream.hpp>
#include <tidings/stream/internal/event_writer.hpp>

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace tidings::test {

/// A connection whose client takes everything at once.
class willing_transport final : public internal::transport
{
public:
    std::string stream_head(int, headers const&) override { return "head"; }
    internal::framing body_framing() const noexcept override { return internal::framing::chunked; }
    internal::write_result write(std::span<boost::asio::const_buffer const> pieces) override
    {
        std::size_t const size = boost::asio::buffer_size(pieces);
        taken += size;
        ++writes;
        return {.taken = size};
    }
    void await_writable() override {}
    void finish() override {}
    void cut(cut_reason) override {}

    std::size_t taken = 0; ///< bytes
    long writes = 0;
};

/// A stream to a client that takes everything.
struct willing_client
{
    explicit willing_client(context const& ctx, request of = request::get("/"))
        : asked(std::move(of)), body(ctx, connection, options), out(ctx, body, asked)
    {}

    request asked;
    internal::writer_options options;
    willing_transport connection;
    internal::event_writer body;
    event_stream out;
};

} // namespace tidings::test
