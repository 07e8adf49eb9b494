// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/detail/certificate.hpp>
#include <tidings/net/tls/detail/openssl.hpp>
#include <tidings/net/tls/internal/tls_client.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tidings::internal {

namespace {

using detail::openssl_ptr;
using detail::require_openssl;

/// A session over two BIOs in memory.
class tls_client_session final : public encrypted_client
{
public:
    explicit tls_client_session(tls_client_rules rules);

    std::string decrypt(std::string_view bytes) override;
    void encrypt(std::string_view text) override;
    std::string take_output() override;
    bool is_established() const noexcept override { return SSL_is_init_finished(ssl_.get()) == 1; }

private:
    void expect_host();
    void drain();
    static int on_verified(int is_good, X509_STORE_CTX* at);
    std::string why_not_trusted(int error, X509* shown) const;
    [[noreturn]] void fail() const;

    tls_client_rules const rules_;
    openssl_ptr<ssl_ctx_st> context_;
    openssl_ptr<ssl_st> ssl_;
    std::string output_;
    std::string distrust_; // of the peer's certificate
};

tls_client_session::tls_client_session(tls_client_rules rules)
    : rules_(std::move(rules)), context_(detail::make_ssl_context(TLS_client_method()))
{
    if (rules_.ca_file.empty())
        require_openssl(SSL_CTX_set_default_verify_paths(context_.get()) == 1,
                        "cannot load the authorities that this system trusts");
    else
        for (auto const& each : detail::read_certificates(detail::pem_text::from(rules_.ca_file, {}, "ca")))
            X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), each.get());
    if (!rules_.chain_file.empty())
        detail::certificate({.chain_file = rules_.chain_file, .key_file = rules_.key_file})
            .show_in(context_.get());
    ssl_.reset(SSL_new(context_.get()));
    openssl_ptr<bio_st> in(BIO_new(BIO_s_mem()));
    openssl_ptr<bio_st> out(BIO_new(BIO_s_mem()));
    require_openssl(ssl_ && in && out, "cannot make a TLS session");
    SSL_set_bio(ssl_.get(), in.release(), out.release());
    SSL_set_connect_state(ssl_.get());
    SSL_set_app_data(ssl_.get(), this);
    SSL_set_verify(ssl_.get(), SSL_VERIFY_PEER, on_verified);
    expect_host();
}

// Only names in subjectAltName count: what a subject is called was never meant for it (RFC 9525).
void tls_client_session::expect_host()
{
    auto* const checks = SSL_get0_param(ssl_.get());
    X509_VERIFY_PARAM_set_hostflags(checks, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                                X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    std::string const& host = rules_.host;
    if (X509_VERIFY_PARAM_set1_ip_asc(checks, host.c_str()) == 1)
        return;
    require_openssl(!host.empty() && X509_VERIFY_PARAM_set1_host(checks, host.c_str(), host.size()) == 1 &&
                        SSL_set_tlsext_host_name(ssl_.get(), host.c_str()) == 1,
                    fmt::format("\"{}\" is not a name that a certificate can contain", host));
}

std::string tls_client_session::decrypt(std::string_view bytes)
{
    ERR_clear_error();
    if (!bytes.empty() &&
        BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size())) < 0)
        fail();
    std::string text;
    std::array<char, 16 * 1024> record;
    for (;;) {
        std::size_t count = 0;
        int const result = SSL_read_ex(ssl_.get(), record.data(), record.size(), &count);
        text.append(record.data(), count);
        if (result == 1)
            continue;
        // Who has signed its end closes the socket as well, and that is noticed.
        int const error = SSL_get_error(ssl_.get(), result);
        if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_ZERO_RETURN)
            return text;
        fail();
    }
}

void tls_client_session::encrypt(std::string_view text)
{
    ERR_clear_error();
    while (!text.empty()) {
        std::size_t count = 0;
        if (SSL_write_ex(ssl_.get(), text.data(), text.size(), &count) != 1)
            fail();
        text.remove_prefix(count);
        drain(); // a BIO in memory keeps all the room that it ever needed: that of one record
    }
}

void tls_client_session::drain()
{
    auto* const out = SSL_get_wbio(ssl_.get());
    std::size_t const count = BIO_ctrl_pending(out);
    output_.resize(output_.size() + count);
    BIO_read(out, output_.data() + output_.size() - count, static_cast<int>(count));
}

std::string tls_client_session::take_output()
{
    drain();
    return std::exchange(output_, {});
}

// What goes wrong

int tls_client_session::on_verified(int is_good, X509_STORE_CTX* at)
try {
    if (is_good == 1)
        return is_good;
    auto const* const ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(at, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto& of = *static_cast<tls_client_session*>(SSL_get_app_data(ssl));
    of.distrust_ = of.why_not_trusted(X509_STORE_CTX_get_error(at), X509_STORE_CTX_get_current_cert(at));
    return is_good;
} catch (...) { // no memory; nothing of ours may be thrown through OpenSSL
    return 0;
}

// "DNS:engine.example, IP Address:10.0.0.7"
std::string alternative_names(X509 const* of)
{
    openssl_ptr<bio_st> const text(BIO_new(BIO_s_mem()));
    auto* const all =
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(of, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; text && i < sk_GENERAL_NAME_num(all); ++i) {
        BIO_puts(text.get(), i > 0 ? ", " : "");
        GENERAL_NAME_print(text.get(), sk_GENERAL_NAME_value(all, i));
    }
    GENERAL_NAMES_free(all);
    std::string const names = text ? detail::text_in(text.get()) : std::string();
    return names.empty() ? "nobody (it has no subjectAltName)" : names;
}

std::string tls_client_session::why_not_trusted(int error, X509* shown) const
{
    switch (error) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return fmt::format(
            "its certificate is for {}, and not for {}: connect to it by one of these, or give "
            "it a certificate with this one in its subjectAltName",
            alternative_names(shown), rules_.host);
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return fmt::format("its certificate has expired at {:%F %T} UTC: give it a new one",
                           fmt::gmtime(detail::time_of(X509_get0_notAfter(shown))));
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return fmt::format("its certificate is not valid before {:%F %T} UTC: look at the clocks of both "
                           "machines",
                           fmt::gmtime(detail::time_of(X509_get0_notBefore(shown))));
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return fmt::format("its certificate is signed by \"{}\", which is not in {}: give the file with the "
                           "certificate of that authority as ca",
                           detail::text_of(X509_get_issuer_name(shown)),
                           rules_.ca_file.empty() ? "the system's list of authorities" : rules_.ca_file);
    default:
        return fmt::format("its certificate cannot be trusted: {}", X509_verify_cert_error_string(error));
    }
}

// What OpenSSL has failed with, by itself or since the peer has sent an alert.
void tls_client_session::fail() const
{
    int const reason = ERR_GET_REASON(ERR_peek_error());
    bool const is_alert = reason >= SSL_AD_REASON_OFFSET;
    std::string const said = detail::take_openssl_error();
    if (!distrust_.empty())
        throw std::runtime_error(distrust_);
    if (reason == SSL_R_WRONG_VERSION_NUMBER)
        throw std::runtime_error(
            "it does not speak TLS on this port: give the port on which it does, or have it speak TLS");
    if (is_alert && !rules_.chain_file.empty())
        throw std::runtime_error(fmt::format("it refuses the connection or the certificate {}, by the alert "
                                             "\"{}\"",
                                             rules_.chain_file, said));
    bool const wants_certificate =
        reason == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED ||
        (reason == SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE && SSL_get0_peer_CA_list(ssl_.get()));
    if (wants_certificate)
        throw std::runtime_error(
            "it requires a client certificate: give the files with one and its key as cert and key");
    throw std::runtime_error(
        fmt::format("the encrypted connection has failed{}: {}", is_alert ? ", by an alert" : "", said));
}

} // namespace

std::unique_ptr<encrypted_client> make_tls_client(tls_client_rules rules)
{
    return std::make_unique<tls_client_session>(std::move(rules));
}

} // namespace tidings::internal
