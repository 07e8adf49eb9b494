// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/tls/detail/certificate.hpp>
#include <tidings/net/tls/detail/openssl.hpp>
#include <tidings/net/tls/detail/ticket_keys.hpp>
#include <tidings/net/tls/tls_context.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

/// Certificates and rules as they were read at one time. Does not change; kept by the sessions that began
/// with it. From any thread.
class credentials
{
public:
    /// Throws as the constructor of `tls_context`.
    credentials(tls_options const& options, std::shared_ptr<ticket_keys> tickets);
    ~credentials();
    credentials(credentials const&) = delete;
    credentials& operator=(credentials const&) = delete;

    /// The server's side of a session, which agrees to HTTP/2 too if that is asked for. Throws
    /// `std::runtime_error` when there is no memory for it.
    openssl_ptr<ssl_st> make_session(bool with_http2) const;

    bool is_subject_principal() const noexcept { return is_subject_principal_; }
    std::vector<tls_certificate_state> certificates() const;
    std::vector<std::string> warnings(std::chrono::system_clock::time_point now) const;

    // What the handshakes ask.

    /// What is shown to a client that asks for this host; the first where none has that name.
    ssl_ctx_st* choose(std::string_view host) const noexcept;
    ticket_keys& tickets() const noexcept { return *tickets_; }

private:
    struct pair
    {
        certificate shown;
        openssl_ptr<ssl_ctx_st> context;
    };

    std::shared_ptr<ticket_keys> const tickets_;
    bool const is_subject_principal_;
    std::vector<pair> pairs_;
};

} // namespace tidings::detail
