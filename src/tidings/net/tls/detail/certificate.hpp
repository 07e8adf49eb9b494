// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/tls/detail/openssl.hpp>
#include <tidings/net/tls/tls_context.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

/// PEM, and how to name it to a person: by its file, or by the member that holds the text.
struct pem_text
{
    std::string text;
    std::string name;

    /// The file is read where one is named. Throws `std::runtime_error` when there is none of both.
    static pem_text from(std::string const& file, std::string const& text, std::string_view member);
};

/// From which instant on a certificate holds, or until when.
std::chrono::system_clock::time_point time_of(asn1_string_st const* given);

/// All certificates in it, in their order; throws when there is none, or one cannot be read.
std::vector<openssl_ptr<x509_st>> read_certificates(pem_text const& pem);

/// A certificate and the key that belongs to it, with those that it was signed with.
class certificate
{
public:
    /// Throws `std::runtime_error` with a text that says what to do.
    explicit certificate(tls_certificate const& given);

    /// To the peers of these sessions.
    void show_in(ssl_ctx_st* sessions) const;

    x509_st* own() const noexcept { return chain_.front().get(); }
    /// Its own first.
    std::vector<openssl_ptr<x509_st>> const& chain() const noexcept { return chain_; }
    tls_certificate_state const& state() const noexcept { return state_; }
    std::string const& name() const noexcept { return name_; }

private:
    std::vector<openssl_ptr<x509_st>> chain_;
    openssl_ptr<evp_pkey_st> key_;
    tls_certificate_state state_;
    std::string name_;
};

/// Whether a certificate's name is that of a host, both in lower case: "*.example.org" is that of each host
/// with one label in place of the star.
bool is_name_of(std::string_view name, std::string_view host) noexcept;

} // namespace tidings::detail
