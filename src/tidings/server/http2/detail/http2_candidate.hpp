// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/detail/http1_connection.hpp>
#include <tidings/server/http2/http2.hpp>

namespace tidings::detail {

/// A connection that speaks HTTP/1.1 unless it turns out to speak HTTP/2: over TLS the client has said so
/// when the session was made; else its first bytes do, where that is allowed. Then an `http2_connection` goes
/// on with its socket, and this one ends.
class http2_candidate final : public http1_connection
{
public:
    http2_candidate(std::shared_ptr<loop_state> const& home, internal::peer_socket socket,
                    internal::peer_address peer, admission given, http2_options const& options)
        : http1_connection(home, std::move(socket), peer, given), options_(options)
    {}

private:
    void on_input(std::string_view bytes) override;
    void become_http2(std::string_view first, std::string_view rest);

    http2_options options_;
    std::size_t matched_ = 0; // bytes of what every HTTP/2 connection begins with
    bool is_decided_ = false;
};

} // namespace tidings::detail
