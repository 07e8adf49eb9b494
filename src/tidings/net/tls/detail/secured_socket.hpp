// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/internal/encryption.hpp>
#include <tidings/net/tls/detail/session.hpp>

#include <boost/asio/execution_context.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tidings::detail {

/// What the sessions of one loop share; kept by its `io_context`.
class tls_loop final : public boost::asio::execution_context::service
{
public:
    using key_type = tls_loop;
    static inline boost::asio::execution_context::id id;

    static tls_loop& of(boost::asio::io_context& io);

    explicit tls_loop(boost::asio::execution_context& io);

    send_run run;
    handshakes opening;

private:
    void shutdown() override {}
};

/// A socket that a reactor watches, behind what was read from it before.
class socket_wire final : public wire
{
public:
    socket_wire(internal::stream_socket const& given, internal::reactor& by, internal::reactor::user& to,
                std::string already_read)
        : socket(&given), sockets(by), user(&to), already_read_(std::move(already_read))
    {}

    internal::receive_result receive(std::span<char> into) override;
    internal::send_result send(std::string_view bytes) override;
    void await_writable() noexcept override { sockets.watch_writing(socket->descriptor(), *user); }
    void receive_again() override { user->on_ready({.can_read = true}); }

    internal::stream_socket const* socket;
    internal::reactor& sockets;
    internal::reactor::user* user;

private:
    std::string already_read_;
};

/// A session over a socket.
class secured_socket final : public internal::encrypted_stream
{
public:
    secured_socket(std::shared_ptr<credentials const> by, std::size_t max_handshakes, bool with_http2,
                   tls_loop& home, socket_wire over)
        : wire_(std::move(over)),
          session_(std::move(by), home.run, home.opening, max_handshakes, with_http2, wire_)
    {}

    internal::receive_result receive(std::span<char> into) override { return session_.receive(into); }
    internal::send_result send(std::span<boost::asio::const_buffer const> pieces) override
    {
        return session_.send(pieces);
    }
    void on_writable() override;
    void end_sending() override;
    std::string_view refusal() const noexcept override { return session_.refusal(); }
    bool has_met_plain_http() const noexcept override { return session_.has_met_plain_http(); }
    std::string_view protocol() const noexcept override { return session_.protocol(); }
    std::string peer_name() const override
    {
        return session_.used().is_subject_principal() ? session_.peer_subject() : std::string();
    }
    void belong_to(internal::stream_socket const& socket, internal::reactor::user& of) override
    {
        wire_.socket = &socket;
        wire_.user = &of;
    }

private:
    void shut_when_all_has_left();

    socket_wire wire_;
    session session_;
    bool is_ending_ = false;
};

} // namespace tidings::detail
