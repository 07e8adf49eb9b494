// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/internal/stream_socket.hpp>

#include "tls_client.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tidings::test {

/// A client over TLS on a socket of this machine. Each call is over within ten seconds, or throws.
class tls_connection
{
public:
    /// Connects, and makes the handshake; see `failure`.
    explicit tls_connection(std::uint16_t port, tls_client_options const& options = {},
                            tls_client const* resumed = nullptr);

    tls_client& session() { return session_; }
    /// Why there is no session; empty: there is.
    std::string const& failure() const { return session_.failure(); }

    void send(std::string_view text);
    void get(std::string_view target, std::string_view header_lines = {});
    /// What has come, up to and with `mark`.
    std::string read_until(std::string_view mark);
    /// All that comes before the server ends its side, by whichever way.
    std::string read_to_end();

    void close_notify();
    void close(); ///< without a word

private:
    bool receive();
    void flush();

    internal::stream_socket socket_;
    tls_client session_;
    std::string text_;
    bool has_ended_ = false;
};

} // namespace tidings::test
