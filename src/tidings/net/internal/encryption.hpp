// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/net/internal/reactor.hpp>
#include <tidings/net/internal/stream_socket.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::internal {

/// What stands between a connection and its socket where an endpoint encrypts. On the connection's loop.
class encrypted_stream
{
public:
    virtual ~encrypted_stream() = default;

    /// As `stream_socket::receive`, of what the peer has encrypted. The handshake is made in these calls, and
    /// brings `nothing` until it is done: `refused` when it fails. `end` is an end that the peer has signed;
    /// an end of the socket alone is `broken`, since anybody could have cut it there.
    virtual receive_result receive(std::span<char> into) = 0;
    /// As `stream_socket::send`. What was taken leaves in the present turn of the loop, or stays here, one
    /// record at most, until the socket can take it.
    virtual send_result send(std::span<boost::asio::const_buffer const> pieces) = 0;
    /// The socket can take more.
    virtual void on_writable() = 0;
    /// Signs the end of what is sent, and shuts that side of the socket once all has left.
    virtual void end_sending() = 0;

    /// Why it was refused.
    virtual std::string_view refusal() const noexcept = 0;
    /// Whether it was refused because the peer has sent a request of plain HTTP.
    virtual bool has_met_plain_http() const noexcept = 0;
    /// What was agreed on by ALPN, such as "h2", once the handshake is done; else empty.
    virtual std::string_view protocol() const noexcept = 0;
    /// The name in the certificate of a peer that has shown one which is to say who it is; else empty.
    virtual std::string peer_name() const = 0;

    /// Another one goes on with the socket, which has moved: both must outlive the stream.
    virtual void belong_to(stream_socket const& socket, reactor::user& of) = 0;
};

/// How an endpoint encrypts: implemented by components. Safe from any thread.
class encryption
{
public:
    virtual ~encryption() = default;

    /// For a connection that was accepted. It is told by `of.on_ready` when a handshake that was held back
    /// may go on; `socket` and `of` must outlive the stream. `already_read`: off the socket, of what the peer
    /// has encrypted. `with_http2`: a client that wants HTTP/2 gets it.
    virtual std::unique_ptr<encrypted_stream> secure(boost::asio::io_context& io, stream_socket const& socket,
                                                     reactor& sockets, reactor::user& of,
                                                     std::string already_read, bool with_http2) const = 0;
    /// What a person should know of the credentials in force, such as one that has expired.
    virtual std::vector<std::string> warnings() const = 0;

    /// When the first of its certificates expires that does.
    virtual std::chrono::system_clock::time_point expires() const = 0;

    /// Whether credentials come from files.
    virtual bool has_files() const = 0;
    /// How often `refresh` is to be asked whether they have changed; zero: never.
    virtual duration file_check_interval() const = 0;
    /// Reads the files again that have changed since, or in any case: blocks. What a person should know of
    /// it, empty if nothing was to be done. Throws, with a text for a person, when what was in force stays.
    virtual std::string refresh(bool in_any_case) = 0;
};

/// The socket of a connection, and what encrypts it, if anything does.
class peer_socket
{
public:
    explicit peer_socket(stream_socket accepted) noexcept : socket_(std::move(accepted)) {}

    /// Encrypts from now on. `sockets`, which watches this for `of`, must outlive it or its `close`.
    void secure(encryption const& by, boost::asio::io_context& io, reactor& sockets, reactor::user& of,
                std::string already_read, bool with_http2)
    {
        tls_ = by.secure(io, socket_, sockets, of, std::move(already_read), with_http2);
    }
    /// The socket alone, which is not encrypted.
    stream_socket take() noexcept { return std::move(socket_); }
    /// It was moved to another user of the reactor.
    void belong_to(reactor::user& of)
    {
        if (tls_)
            tls_->belong_to(socket_, of);
    }
    /// Goes on in plain text.
    void go_on_plainly() noexcept { tls_.reset(); }
    /// Null for a plain one.
    encrypted_stream* tls() const noexcept { return tls_.get(); }

    receive_result receive(std::span<char> into) const
    {
        return tls_ ? tls_->receive(into) : socket_.receive(into);
    }
    send_result send(std::span<boost::asio::const_buffer const> pieces) const
    {
        return tls_ ? tls_->send(pieces) : socket_.send(pieces);
    }
    void shutdown_send() const { tls_ ? tls_->end_sending() : socket_.shutdown_send(); }
    void on_writable() const
    {
        if (tls_)
            tls_->on_writable();
    }

    void close(bool with_reset) noexcept
    {
        tls_.reset();
        with_reset ? socket_.close_with_reset() : socket_.close();
    }

    /// For all that encryption changes nothing of.
    stream_socket const* operator->() const noexcept { return &socket_; }

private:
    std::unique_ptr<encrypted_stream> tls_; // first, so that its owner may use the bytes behind the other
    stream_socket socket_;
};

} // namespace tidings::internal
