// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/detail/openssl.hpp>

#include <fmt/format.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdexcept>

namespace tidings::detail {

namespace {

// What Mozilla recommends as "intermediate", without finite-field DH, which no client needs that we serve.
constexpr char const* suites_1_3 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr char const* suites_1_2 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr char const* groups = "X25519:P-256:P-384";

} // namespace

void openssl_deleter::operator()(bio_st* each) const noexcept
{
    BIO_free(each);
}

void openssl_deleter::operator()(bio_method_st* each) const noexcept
{
    BIO_meth_free(each);
}

void openssl_deleter::operator()(evp_pkey_st* each) const noexcept
{
    EVP_PKEY_free(each);
}

void openssl_deleter::operator()(ssl_ctx_st* each) const noexcept
{
    SSL_CTX_free(each);
}

void openssl_deleter::operator()(ssl_st* each) const noexcept
{
    SSL_free(each);
}

void openssl_deleter::operator()(x509_st* each) const noexcept
{
    X509_free(each);
}

std::string take_openssl_error()
{
    auto const code = ERR_peek_error();
    char const* const reason = ERR_reason_error_string(code);
    std::string text = reason ? reason : code != 0 ? fmt::format("error {:#x}", code) : "no reason was given";
    ERR_clear_error();
    return text;
}

std::string text_in(bio_st* memory)
{
    char* data = nullptr;
    long const size = BIO_get_mem_data(memory, &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string text_of(X509_name_st const* name)
{
    openssl_ptr<bio_st> const text(BIO_new(BIO_s_mem()));
    if (!text)
        return {};
    constexpr unsigned long how = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
    X509_NAME_print_ex(text.get(), name, 0, how);
    return text_in(text.get());
}

std::string hex_fingerprint(std::string_view digest)
{
    std::string text;
    for (char const each : digest)
        text += fmt::format("{}{:02X}", text.empty() ? "" : ":", static_cast<unsigned char>(each));
    return text;
}

void require_openssl(bool is_good, std::string_view what)
{
    if (!is_good)
        throw std::runtime_error(fmt::format("tidings: {}: {}", what, take_openssl_error()));
}

openssl_ptr<ssl_ctx_st> make_ssl_context(ssl_method_st const* side)
{
    ERR_clear_error();
    openssl_ptr<ssl_ctx_st> made(SSL_CTX_new(side));
    require_openssl(made != nullptr, "cannot make a context of OpenSSL");
    SSL_CTX* const context = made.get();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // An idle session holds 14 KB without its buffers, and 47 KB with them.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    require_openssl(SSL_CTX_set_ciphersuites(context, suites_1_3) == 1 &&
                        SSL_CTX_set_cipher_list(context, suites_1_2) == 1 &&
                        SSL_CTX_set1_groups_list(context, groups) == 1,
                    "this OpenSSL lacks the TLS suites that are to be offered");
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); // clients keep their sessions, in tickets
    return made;
}

} // namespace tidings::detail
