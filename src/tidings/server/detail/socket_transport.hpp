// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/stream/internal/transport.hpp>

#include <span>
#include <string>

namespace tidings::detail {

class connection;

/// How the bytes of a connection's answers leave, over HTTP/1.1 in chunks and over HTTP/1.0 as they are. Part
/// of its connection.
class socket_transport final : public internal::transport
{
public:
    explicit socket_transport(connection& over) noexcept : over_(over) {}

    /// What comes next is the answer to that request.
    void begin(request const& asked) noexcept;

    /// Whether another request may follow a stream that has had its proper end.
    bool may_reuse() const noexcept { return may_reuse_; }

    /// The socket can take more.
    void on_writable();

    std::string stream_head(int status, headers const& fields) override;
    internal::framing body_framing() const noexcept override
    {
        return is_http_1_0_ ? internal::framing::none : internal::framing::chunked;
    }
    internal::write_result write(std::span<boost::asio::const_buffer const> pieces) override;
    std::size_t underway() const noexcept override;
    void await_writable() override;
    void finish() override;
    void cut(cut_reason why) override;

    /// Whether the stream is to end once all is sent.
    bool is_finishing() const noexcept { return is_finishing_; }

private:
    connection& over_;
    bool is_http_1_0_ = false;
    bool may_reuse_ = false;
    bool is_limited_ = false; // how long what was sent may stay unacknowledged
    bool is_awaited_ = false;
    bool is_finishing_ = false;
};

} // namespace tidings::detail
