// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/internal/stream_socket.hpp>

#include "tls_client.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tidings::test {

/// A connection to a port of this machine, plain or over TLS, for clients that know only bytes. Blocking; a
/// call in which nothing happens for ten seconds throws.
class byte_stream
{
public:
    explicit byte_stream(std::uint16_t port);
    /// Over TLS; throws when no session comes about.
    byte_stream(std::uint16_t port, tls_client_options const& options);

    /// What a server that is gone no longer takes is dropped: its last words can still be read.
    void send(std::string_view bytes);
    /// Some bytes; empty when the server sends no more.
    std::string receive();

    /// What was agreed on by ALPN; empty without TLS.
    std::string protocol() const { return tls_ ? tls_->protocol() : std::string(); }
    void close() { socket_.close(); } ///< without a word

private:
    bool receive_some();
    void send_now(std::string_view bytes);
    void flush();

    internal::stream_socket socket_;
    std::unique_ptr<tls_client> tls_;
    std::string received_;
    bool has_ended_ = false;
};

} // namespace tidings::test
