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

} // namespace tidings::detail
