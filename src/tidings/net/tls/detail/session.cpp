// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/detail/session.hpp>

#include <fmt/format.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

using internal::receive_result;
using internal::send_result;

// Beyond one record and a handshake only answers to a peer that asks for them and reads none.
constexpr std::size_t most_unsent = 64 * 1024;

// Received at once; small ones cost as much as large ones do.
constexpr int most_records = 64;

constexpr std::size_t longest_principal = 255; // see `request::set_principal`

bool is_for_plain_http(unsigned long error) noexcept
{
    int const reason = ERR_GET_REASON(error);
    return ERR_GET_LIB(error) == ERR_LIB_SSL &&
           (reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST);
}

} // namespace

/// What OpenSSL reads a session's bytes from, and writes them to.
struct session_bio
{
    static bio_method_st const* method();
    static int read(BIO* from, char* into, std::size_t size, std::size_t* count);
    static int write(BIO* to, char const* bytes, std::size_t size, std::size_t* count);
    static long control(BIO*, int what, long, void*) { return what == BIO_CTRL_FLUSH ? 1 : 0; }
};

int session_bio::read(BIO* from, char* into, std::size_t size, std::size_t* count)
{
    auto& of = *static_cast<session*>(BIO_get_data(from));
    auto const got = of.over_.receive({into, size});
    of.last_received_ = got.what;
    BIO_clear_retry_flags(from);
    if (got.what == receive_result::nothing)
        BIO_set_retry_read(from);
    *count = got.count;
    return got.what == receive_result::bytes ? 1 : 0;
}

int session_bio::write(BIO* to, char const* bytes, std::size_t size, std::size_t* count)
try {
    auto& of = *static_cast<session*>(BIO_get_data(to));
    BIO_clear_retry_flags(to);
    bool const is_taken = of.take({bytes, size});
    *count = is_taken ? size : 0;
    return is_taken ? 1 : 0;
} catch (...) { // no memory; nothing of ours may be thrown through OpenSSL
    return 0;
}

// A table of these functions, the same for all; never freed, since sessions may outlive what is static.
bio_method_st const* session_bio::method()
{
    static bio_method_st const* const made = [] {
        auto* const table = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "tidings");
        require_openssl(table && BIO_meth_set_read_ex(table, read) == 1 &&
                            BIO_meth_set_write_ex(table, write) == 1 &&
                            BIO_meth_set_ctrl(table, control) == 1,
                        "cannot make a BIO of OpenSSL");
        return table;
    }();
    return made;
}

session::session(std::shared_ptr<credentials const> by, send_run& run, handshakes& among,
                 std::size_t max_handshakes, bool with_http2, wire& over)
    : by_(std::move(by)), run_(run), over_(over), opening_(new opening(among, *this, max_handshakes)),
      with_http2_(with_http2)
{}

session::~session()
{
    flush();
}

// The handshake

receive_result session::open()
{
    if (opening_->steps.is_given_up())
        return refuse("it gave way to a newer one, since max_handshakes were in progress");
    if (!opening_->steps.may_step())
        return {receive_result::nothing};
    ERR_clear_error();
    try {
        make();
    } catch (std::exception const& failed) {
        return refuse(failed.what());
    }
    int const result = SSL_do_handshake(ssl_.get());
    if (result == 1) {
        if (by_->is_subject_principal() && peer_subject().size() > longest_principal)
            return refuse("the subject of the client's certificate is too long for a principal");
        opening_.reset();
        return {receive_result::bytes};
    }
    if (SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ)
        return {receive_result::nothing};
    if (last_received_ == receive_result::lost)
        return {receive_result::lost};
    bool const has_left = last_received_ == receive_result::end || last_received_ == receive_result::broken;
    if (has_left)
        return refuse("the client left in the middle of the handshake");
    opening_->is_plain_http = is_for_plain_http(ERR_peek_error());
    return refuse(opening_->is_plain_http ? "the client sent plain HTTP" : take_openssl_error());
}

void session::make()
{
    if (ssl_)
        return;
    auto made = by_->make_session(with_http2_);
    openssl_ptr<bio_st> bio(BIO_new(session_bio::method()));
    require_openssl(bio != nullptr, "cannot make a BIO of OpenSSL");
    BIO_set_data(bio.get(), this);
    BIO_set_init(bio.get(), 1);
    auto* const given = bio.release();
    SSL_set_bio(made.get(), given, given);
    ssl_ = std::move(made);
}

receive_result session::refuse(std::string why)
{
    ERR_clear_error();
    opening_->refusal = std::move(why);
    end_ = receive_result::refused;
    return {receive_result::refused};
}

// Receiving

receive_result session::receive(std::span<char> into)
{
    if (end_)
        return {*end_};
    if (opening_) {
        auto const step = open();
        if (opening_)
            return step;
    }
    std::size_t count = 0;
    bool is_empty = false;
    for (int records = 0; records != most_records && count != into.size() && !is_empty && !end_; ++records) {
        std::size_t got = 0;
        ERR_clear_error();
        int const result = SSL_read_ex(ssl_.get(), into.data() + count, into.size() - count, &got);
        count += got;
        if (result == 1)
            continue;
        auto const why = why_not_read(result);
        is_empty = why == receive_result::nothing;
        if (!is_empty)
            end_ = why;
    }
    if (count != 0)
        return {.what = receive_result::bytes, .count = count, .has_more = !is_empty};
    return {end_.value_or(receive_result::nothing)};
}

receive_result::kind session::why_not_read(int result)
{
    switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
        return receive_result::nothing;
    case SSL_ERROR_ZERO_RETURN: // its close_notify
        return receive_result::end;
    default:
        ERR_clear_error();
        has_failed_ = true;
        is_lost_ = last_received_ == receive_result::lost;
        return is_lost_ ? receive_result::lost : receive_result::broken;
    }
}

// Sending

send_result session::send(std::span<boost::asio::const_buffer const> pieces)
{
    std::size_t taken = 0;
    std::size_t const all = boost::asio::buffer_size(pieces);
    while (taken != all && !is_over()) {
        if (!flush())
            break;
        auto const record = run_.gather(pieces, taken);
        std::size_t written = 0;
        ERR_clear_error();
        if (SSL_write_ex(ssl_.get(), record.data(), record.size(), &written) != 1) {
            ERR_clear_error();
            has_failed_ = true;
        }
        taken += written;
    }
    if (is_over())
        return {.is_broken = true, .is_lost = is_lost_};
    return {taken};
}

void session::close_notify()
{
    if (is_over())
        return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

bool session::take(std::string_view ciphertext)
{
    if (is_broken_ || unsent_.size() > most_unsent)
        return false;
    if (unsent_.empty())
        run_.add(*this, ciphertext);
    else
        unsent_.append(ciphertext);
    return true;
}

bool session::flush()
{
    if (is_in_run())
        run_.flush();
    return unsent_.empty();
}

void session::leave(std::string_view bytes)
{
    if (is_broken_)
        return;
    if (unsent_.empty()) {
        auto const sent = over_.send(bytes);
        is_broken_ = sent.is_broken;
        is_lost_ = sent.is_lost;
        bytes.remove_prefix(sent.count);
    }
    if (bytes.empty() || is_broken_)
        return;
    unsent_.append(bytes);
    over_.await_writable();
}

void session::on_writable()
{
    if (unsent_.empty())
        return;
    std::string left = std::move(unsent_);
    unsent_ = {};
    leave(left);
}

// What was agreed on

std::string session::peer_subject() const
{
    openssl_ptr<x509_st> const shown(ssl_ ? SSL_get1_peer_certificate(ssl_.get()) : nullptr);
    return shown ? text_of(X509_get_subject_name(shown.get())) : std::string();
}

std::string_view session::protocol() const noexcept
{
    unsigned char const* name = nullptr;
    unsigned size = 0;
    if (ssl_)
        SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<char const*>(name), size};
}

} // namespace tidings::detail
