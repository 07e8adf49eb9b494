// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/internal/stream_socket.hpp>
#include <tidings/net/tls/detail/credentials.hpp>
#include <tidings/net/tls/detail/handshakes.hpp>
#include <tidings/net/tls/detail/openssl.hpp>
#include <tidings/net/tls/detail/send_run.hpp>

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tidings::detail {

/// Where the bytes of a session come from and go to.
class wire
{
public:
    virtual internal::receive_result receive(std::span<char> into) = 0;
    virtual internal::send_result send(std::string_view bytes) = 0;
    /// Something is left to send: `session::on_writable` is to be called when there is room.
    virtual void await_writable() noexcept = 0;
    /// The handshake was held back, and now `session::receive` is to be called.
    virtual void receive_again() = 0;

protected:
    ~wire() = default;
};

/// The server's side of one TLS session. What it encrypts goes into the run of its loop; what the wire does
/// not take stays here, and nothing more is encrypted then: a record that was made has to be sent, since the
/// next one counts on from it.
class session final : send_run::member, handshake::user
{
public:
    session(std::shared_ptr<credentials const> by, send_run& run, handshakes& among,
            std::size_t max_handshakes, bool with_http2, wire& over);
    ~session();
    session(session const&) = delete;
    session& operator=(session const&) = delete;

    /// See `internal::encrypted_stream`.
    internal::receive_result receive(std::span<char> into);
    internal::send_result send(std::span<boost::asio::const_buffer const> pieces);
    void on_writable();
    /// Tells the peer that nothing more will come.
    void close_notify();

    /// Hands the wire what is in the run. False when something has to wait for room.
    bool flush();

    bool is_established() const noexcept { return !opening_; }
    std::string_view refusal() const noexcept { return opening_ ? opening_->refusal : std::string_view(); }
    bool has_met_plain_http() const noexcept { return opening_ && opening_->is_plain_http; }
    /// The subject of the peer's certificate, "CN=sensor 7,O=Example"; empty when there is none.
    std::string peer_subject() const;
    /// What was agreed on by ALPN; empty: nothing.
    std::string_view protocol() const noexcept;
    /// Ciphertext that waits for room.
    std::size_t unsent() const noexcept { return unsent_.size(); }
    credentials const& used() const noexcept { return *by_; }

private:
    /// What is needed until the handshake is done.
    struct opening
    {
        opening(handshakes& among, handshake::user& of, std::size_t most) : steps(among, of, most) {}

        handshake steps;
        std::string refusal{};
        bool is_plain_http = false;
    };
    friend struct session_bio;

    /// Whether nothing of ours can be sent: not yet, or not any more.
    bool is_over() const noexcept { return opening_ || has_failed_ || is_broken_; }
    void leave(std::string_view bytes) override;
    void on_step() override { over_.receive_again(); }
    bool take(std::string_view ciphertext);
    void make();
    internal::receive_result open();
    internal::receive_result refuse(std::string why);
    internal::receive_result::kind why_not_read(int result);

    std::shared_ptr<credentials const> by_;
    send_run& run_;
    wire& over_;
    openssl_ptr<ssl_st> ssl_;          // made with the first step of the handshake
    std::unique_ptr<opening> opening_; // until the session is established
    std::string unsent_;
    std::optional<internal::receive_result::kind> end_; // of what can be received
    internal::receive_result::kind last_received_{};    // off the wire
    bool has_failed_ = false;                           // all that OpenSSL still sends is why
    bool is_broken_ = false;                            // the wire
    bool is_lost_ = false;
    bool const with_http2_;
};

} // namespace tidings::detail
