// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/detail/secured_socket.hpp>

#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

tls_loop& tls_loop::of(asio::io_context& io)
{
    internal::loop::of(io.get_executor()); // gives the loop its executor
    return asio::use_service<tls_loop>(io);
}

tls_loop::tls_loop(asio::execution_context& io)
    : service(io), run(asio::use_service<internal::loop>(io)),
      opening(asio::use_service<internal::loop>(io), static_cast<asio::io_context&>(io))
{}

internal::receive_result socket_wire::receive(std::span<char> into)
{
    if (already_read_.empty())
        return socket->receive(into);
    std::size_t const count = already_read_.copy(into.data(), into.size());
    already_read_.erase(0, count);
    return {internal::receive_result::bytes, count};
}

internal::send_result socket_wire::send(std::string_view bytes)
{
    asio::const_buffer const piece(bytes.data(), bytes.size());
    return socket->send({&piece, 1});
}

void secured_socket::on_writable()
{
    session_.on_writable();
    shut_when_all_has_left();
}

void secured_socket::end_sending()
{
    session_.close_notify();
    is_ending_ = true;
    shut_when_all_has_left();
}

void secured_socket::shut_when_all_has_left()
{
    if (!is_ending_ || !session_.flush())
        return;
    is_ending_ = false; // once: the reactor tells of each time, also of those that change nothing
    wire_.socket->shutdown_send();
}

} // namespace tidings::detail
