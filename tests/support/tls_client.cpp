// SPDX-License-Identifier: BSL-1.0
#include "tls_client.hpp"

#include <array>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdexcept>

namespace tidings::test {

namespace {

void require(bool is_good, char const* what)
{
    if (!is_good)
        throw std::runtime_error(std::string("tls_client: ") + what);
}

BIO* bytes_of(std::string const& text)
{
    return BIO_new_mem_buf(text.data(), static_cast<int>(text.size()));
}

} // namespace

void tls_client::deleter::operator()(ssl_ctx_st* each) const
{
    SSL_CTX_free(each);
}

void tls_client::deleter::operator()(ssl_st* each) const
{
    SSL_free(each);
}

void tls_client::deleter::operator()(ssl_session_st* each) const
{
    SSL_SESSION_free(each);
}

tls_client::tls_client(tls_client_options const& options, tls_client const* resumed)
    : context_(SSL_CTX_new(TLS_client_method()))
{
    SSL_CTX* const context = context_.get();
    if (options.is_at_most_1_2)
        SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    if (!options.trusts.empty()) {
        BIO* const from = bytes_of(options.trusts);
        X509* const signer = PEM_read_bio_X509(from, nullptr, nullptr, nullptr);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), signer);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
        X509_free(signer);
        BIO_free(from);
    }
    if (!options.shows.chain.empty()) {
        BIO* const from = bytes_of(options.shows.chain);
        X509* const own = PEM_read_bio_X509(from, nullptr, nullptr, nullptr);
        BIO* const secret = bytes_of(options.shows.key);
        EVP_PKEY* const key = PEM_read_bio_PrivateKey(secret, nullptr, nullptr, nullptr);
        require(SSL_CTX_use_cert_and_key(context, own, key, nullptr, 1) == 1, "its certificate");
        X509_free(own);
        EVP_PKEY_free(key);
        BIO_free(from);
        BIO_free(secret);
    }
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(context, [](SSL* of, SSL_SESSION* made) {
        static_cast<tls_client*>(SSL_get_app_data(of))->session_.reset(made);
        return 1;
    });
    std::string protocols;
    for (auto const& each : options.protocols)
        protocols += static_cast<char>(each.size()) + each;
    SSL_CTX_set_alpn_protos(context, reinterpret_cast<unsigned char const*>(protocols.data()),
                            static_cast<unsigned>(protocols.size()));

    ssl_.reset(SSL_new(context));
    SSL* const ssl = ssl_.get();
    SSL_set_app_data(ssl, this);
    if (!options.asks_for.empty()) {
        SSL_set_tlsext_host_name(ssl, options.asks_for.c_str());
        SSL_set1_host(ssl, options.asks_for.c_str());
    }
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl);
    if (resumed) {
        require(resumed->session_ != nullptr, "there is no session to be resumed");
        // A copy: OpenSSL takes a session for spoilt whose connection ended without a close_notify.
        session_.reset(SSL_SESSION_dup(resumed->session_.get()));
        SSL_set_session(ssl, session_.get());
    }
    SSL_set_msg_callback_arg(ssl, this);
    SSL_set_msg_callback(
        ssl, [](int is_written, int, int type, void const* bytes, std::size_t size, SSL*, void* self) {
            // TLS 1.3 says what a record holds at its end, and in a call of its own.
            if (!is_written && type == SSL3_RT_INNER_CONTENT_TYPE && size == 1 &&
                *static_cast<unsigned char const*>(bytes) == SSL3_RT_APPLICATION_DATA)
                ++static_cast<tls_client*>(self)->records_;
        });
}

tls_client::~tls_client() = default;

void tls_client::note(int result)
{
    int const why = SSL_get_error(ssl_.get(), result);
    if (result <= 0 && why == SSL_ERROR_SSL && failure_.empty())
        failure_ = ERR_reason_error_string(ERR_peek_error());
    ERR_clear_error();
}

void tls_client::feed(std::string_view bytes)
{
    BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
}

std::string tls_client::take()
{
    if (!is_established() && failure_.empty())
        note(SSL_do_handshake(ssl_.get()));
    std::string out;
    std::array<char, 4096> part{};
    for (int got = 0; (got = BIO_read(SSL_get_wbio(ssl_.get()), part.data(), part.size())) > 0;)
        out.append(part.data(), static_cast<std::size_t>(got));
    return out;
}

bool tls_client::is_established() const
{
    return SSL_is_init_finished(ssl_.get()) == 1;
}

void tls_client::write(std::string_view text)
{
    note(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())));
}

std::string tls_client::read()
{
    std::string all;
    std::array<char, 4096> part{};
    for (;;) {
        int const got = SSL_read(ssl_.get(), part.data(), part.size());
        note(got);
        if (got <= 0)
            return all;
        all.append(part.data(), static_cast<std::size_t>(got));
    }
}

bool tls_client::has_end() const
{
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

void tls_client::close_notify()
{
    note(SSL_shutdown(ssl_.get()));
}

void tls_client::ask_for_new_keys()
{
    SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED);
    note(SSL_do_handshake(ssl_.get()));
}

bool tls_client::renegotiate()
{
    if (SSL_renegotiate(ssl_.get()) != 1) {
        ERR_clear_error();
        return false;
    }
    note(SSL_do_handshake(ssl_.get()));
    return true;
}

bool tls_client::is_resumed() const
{
    return SSL_session_reused(ssl_.get()) == 1;
}

std::string tls_client::version() const
{
    return SSL_get_version(ssl_.get());
}

std::string tls_client::suite() const
{
    return SSL_get_cipher_name(ssl_.get());
}

std::string tls_client::protocol() const
{
    unsigned char const* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<char const*>(name), size};
}

std::string tls_client::server_name() const
{
    X509 const* const shown = SSL_get0_peer_certificate(ssl_.get());
    auto* const names =
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(shown, NID_subject_alt_name, nullptr, nullptr));
    std::string first;
    if (sk_GENERAL_NAME_num(names) > 0) {
        auto const* const name = sk_GENERAL_NAME_value(names, 0)->d.dNSName;
        first.assign(reinterpret_cast<char const*>(ASN1_STRING_get0_data(name)),
                     static_cast<std::size_t>(ASN1_STRING_length(name)));
    }
    GENERAL_NAMES_free(names);
    return first;
}

} // namespace tidings::test
