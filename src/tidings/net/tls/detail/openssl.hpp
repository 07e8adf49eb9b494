// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct asn1_string_st;
struct bio_st;
struct bio_method_st;
struct evp_pkey_st;
struct ssl_ctx_st;
struct ssl_method_st;
struct ssl_st;
struct X509_name_st;
struct x509_st;

namespace tidings::detail {

/// Lets go of what OpenSSL has made.
struct openssl_deleter
{
    void operator()(bio_st* each) const noexcept;
    void operator()(bio_method_st* each) const noexcept;
    void operator()(evp_pkey_st* each) const noexcept;
    void operator()(ssl_ctx_st* each) const noexcept;
    void operator()(ssl_st* each) const noexcept;
    void operator()(x509_st* each) const noexcept;
};

template <class T>
using openssl_ptr = std::unique_ptr<T, openssl_deleter>;

/// What OpenSSL says of the call that has just failed, as words; takes the errors of this thread away, which
/// the next call would be blamed for.
std::string take_openssl_error();

/// What was written into a BIO in memory.
std::string text_in(bio_st* memory);

/// As RFC 2253 writes it, in UTF-8; what could end a line is escaped.
std::string text_of(X509_name_st const* name);

/// "AB:CD:…"
std::string hex_fingerprint(std::string_view digest);

/// Throws `std::runtime_error` with this text and what OpenSSL says, unless `is_good`.
void require_openssl(bool is_good, std::string_view what);

/// For sessions of both sides: our versions, suites and groups; no renegotiation, no compression.
openssl_ptr<ssl_ctx_st> make_ssl_context(ssl_method_st const* side);

} // namespace tidings::detail
