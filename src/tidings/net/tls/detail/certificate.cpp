// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/detail/certificate.hpp>

#include <fmt/format.h>
#include <system_error>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

[[noreturn]] void refuse(std::string const& why)
{
    ERR_clear_error();
    throw std::runtime_error("tidings: " + why);
}

openssl_ptr<bio_st> reading(pem_text const& pem)
{
    openssl_ptr<bio_st> made(BIO_new_mem_buf(pem.text.data(), static_cast<int>(pem.text.size())));
    require_openssl(made != nullptr, "cannot read " + pem.name);
    return made;
}

// OpenSSL would ask for it on the terminal.
int refuse_passphrase(char*, int, int, void* was_asked)
{
    *static_cast<bool*>(was_asked) = true;
    return -1;
}

openssl_ptr<evp_pkey_st> read_key(pem_text const& pem)
{
    ERR_clear_error();
    bool has_passphrase = false;
    auto const from = reading(pem);
    openssl_ptr<evp_pkey_st> key(
        PEM_read_bio_PrivateKey(from.get(), nullptr, refuse_passphrase, &has_passphrase));
    if (has_passphrase)
        refuse(fmt::format("the key {} has a passphrase, for which nobody can be asked; write it without one "
                           "(openssl pkey -in KEY -out NEW) and let the file's permissions protect it",
                           pem.name));
    if (!key && pem.text.find("PRIVATE KEY-----") == std::string::npos)
        refuse(fmt::format("{} has no private key in PEM (-----BEGIN PRIVATE KEY-----)", pem.name));
    require_openssl(key != nullptr, "cannot read the private key " + pem.name);
    return key;
}

std::string fingerprint(x509_st* of)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    X509_digest(of, EVP_sha256(), digest.data(), &size);
    return hex_fingerprint({reinterpret_cast<char const*>(digest.data()), size});
}

// That of the public half: the only thing that a key and its certificate have in common.
std::string fingerprint(evp_pkey_st* of)
{
    unsigned char* der = nullptr;
    int const der_size = i2d_PUBKEY(of, &der);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (der_size > 0)
        EVP_Digest(der, static_cast<std::size_t>(der_size), digest.data(), &size, EVP_sha256(), nullptr);
    OPENSSL_free(der);
    return hex_fingerprint({reinterpret_cast<char const*>(digest.data()), size});
}

std::vector<std::string> names_of(x509_st* of)
{
    std::vector<std::string> names;
    auto* const all =
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(of, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
        GENERAL_NAME const* const each = sk_GENERAL_NAME_value(all, i);
        if (each->type != GEN_DNS)
            continue;
        auto const* const data = reinterpret_cast<char const*>(ASN1_STRING_get0_data(each->d.dNSName));
        std::string name(data, static_cast<std::size_t>(ASN1_STRING_length(each->d.dNSName)));
        std::ranges::transform(name, name.begin(),
                               [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        names.push_back(std::move(name));
    }
    GENERAL_NAMES_free(all);
    return names;
}

} // namespace

std::chrono::system_clock::time_point time_of(asn1_string_st const* given)
{
    std::tm fields{};
    ASN1_TIME_to_tm(given, &fields);
    return std::chrono::system_clock::from_time_t(::timegm(&fields));
}

pem_text pem_text::from(std::string const& file, std::string const& text, std::string_view member)
{
    if (file.empty() == text.empty())
        refuse(fmt::format("give either {0}_file or {0}, as PEM text, and not {1}", member,
                           file.empty() ? "neither" : "both"));
    if (file.empty())
        return {.text = text, .name = std::string(member)};
    std::ifstream in(file, std::ios::binary);
    std::ostringstream read;
    read << in.rdbuf();
    if (!in.is_open() || read.view().empty())
        refuse(
            fmt::format("cannot read the file {}: {}", file,
                        in.is_open() ? "it is empty, or no file" : std::generic_category().message(errno)));
    return {.text = std::move(read).str(), .name = file};
}

std::vector<openssl_ptr<x509_st>> read_certificates(pem_text const& pem)
{
    ERR_clear_error();
    std::vector<openssl_ptr<x509_st>> all;
    auto const from = reading(pem);
    while (auto* const each = PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr))
        all.emplace_back(each);
    bool const is_at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (is_at_end && all.empty())
        refuse(fmt::format("{} has no certificate in PEM (-----BEGIN CERTIFICATE-----)", pem.name));
    require_openssl(is_at_end, fmt::format("cannot read certificate {} of {}", all.size() + 1, pem.name));
    ERR_clear_error();
    return all;
}

certificate::certificate(tls_certificate const& given)
{
    auto const chain = pem_text::from(given.chain_file, given.chain, "tls_certificate::chain");
    auto const key = pem_text::from(given.key_file, given.key, "tls_certificate::key");
    name_ = chain.name;
    chain_ = read_certificates(chain);
    key_ = read_key(key);
    auto* const public_key = X509_get0_pubkey(own());
    require_openssl(public_key != nullptr, "cannot read the public key of the certificate " + name_);
    if (EVP_PKEY_eq(public_key, key_.get()) != 1)
        refuse(
            fmt::format("the key {} does not belong to the certificate {}: the public key of the one has "
                        "the SHA-256 fingerprint {}, that of the other {}; put the certificate itself "
                        "first, before those that it was signed with, and give the key that it was made for",
                        key.name, name_, fingerprint(key_.get()), fingerprint(public_key)));
    state_ = {.names = names_of(own()),
              .fingerprint = fingerprint(own()),
              .begins = time_of(X509_get0_notBefore(own())),
              .expires = time_of(X509_get0_notAfter(own()))};
}

void certificate::show_in(ssl_ctx_st* sessions) const
{
    std::string const what = "cannot show the certificate " + name_;
    require_openssl(SSL_CTX_use_certificate(sessions, own()) == 1, what);
    for (std::size_t i = 1; i < chain_.size(); ++i)
        require_openssl(SSL_CTX_add1_chain_cert(sessions, chain_[i].get()) == 1, what);
    require_openssl(SSL_CTX_use_PrivateKey(sessions, key_.get()) == 1, what);
}

bool is_name_of(std::string_view name, std::string_view host) noexcept
{
    if (name == host)
        return !host.empty();
    auto const dot = host.find('.');
    return name.starts_with("*.") && dot != 0 && dot != std::string_view::npos &&
           name.substr(1) == host.substr(dot);
}

} // namespace tidings::detail
