// SPDX-License-Identifier: BSL-1.0
#include "tls_side.hpp"

#include "../load.hpp"

#include <openssl/ssl.h>

namespace tidings::benchmark {

void ssl_deleter::operator()(ssl_st* each) const
{
    SSL_set_shutdown(each, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); // or its session could not be resumed
    SSL_free(each);
}
void tls_side::deleter::operator()(ssl_ctx_st* each) const
{
    SSL_CTX_free(each);
}
void tls_side::deleter::operator()(ssl_session_st* each) const
{
    SSL_SESSION_free(each);
}

tls_side::tls_side(bool with_http2) : context_(SSL_CTX_new(TLS_client_method()))
{
    SSL_CTX_set_mode(context_.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context_.get(), on_session);
    SSL_CTX_set_app_data(context_.get(), this);
    if (with_http2) {
        static constexpr unsigned char offered[] = {2, 'h', '2'};
        SSL_CTX_set_alpn_protos(context_.get(), offered, sizeof offered);
    }
}

tls_side::~tls_side() = default;

int tls_side::on_session(ssl_st* of, ssl_session_st* given)
{
    auto& self = *static_cast<tls_side*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(of)));
    if (!self.keeps_)
        return 0;
    self.keeps_ = false;
    self.session_.reset(given);
    return 1;
}

ssl_ptr tls_side::begin(int descriptor)
{
    ssl_ptr made(SSL_new(context_.get()));
    SSL_set_fd(made.get(), descriptor);
    SSL_set_connect_state(made.get());
    if (session_) { // a copy, as what has been resumed once is not resumed again
        std::unique_ptr<ssl_session_st, deleter> const copy(SSL_SESSION_dup(session_.get()));
        SSL_set_session(made.get(), copy.get());
    }
    return made;
}

bool is_established(ssl_ptr const& session)
{
    int const result = SSL_do_handshake(session.get());
    if (result != 1 && SSL_get_error(session.get(), result) != SSL_ERROR_WANT_READ)
        fail("a handshake fails");
    return result == 1;
}

bool is_resumed(ssl_ptr const& session)
{
    return SSL_session_reused(session.get()) == 1;
}

long read_some(ssl_ptr const& session, char* into, int size)
{
    int const got = SSL_read(session.get(), into, size);
    if (got > 0)
        return got;
    return SSL_get_error(session.get(), got) == SSL_ERROR_WANT_READ ? 0 : -1;
}

} // namespace tidings::benchmark
