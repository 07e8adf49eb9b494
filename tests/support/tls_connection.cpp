// SPDX-License-Identifier: BSL-1.0
#include "tls_connection.hpp"

#include "local_socket.hpp"

#include <array>
#include <poll.h>
#include <stdexcept>
#include <utility>

namespace tidings::test {

tls_connection::tls_connection(std::uint16_t port, tls_client_options const& options,
                               tls_client const* resumed)
    : socket_(connected_to(port)), session_(options, resumed)
{
    flush();
    while (!session_.is_established() && session_.failure().empty() && receive())
        flush();
    flush();
}

bool tls_connection::receive()
{
    std::array<char, 16 * 1024> some{};
    wait_for(socket_, POLLIN);
    auto const got = socket_.receive(some);
    has_ended_ = got.what != internal::receive_result::bytes;
    session_.feed({some.data(), got.count});
    return !has_ended_;
}

void tls_connection::flush()
{
    std::string const bytes = session_.take();
    std::string_view left = bytes;
    while (!left.empty()) {
        boost::asio::const_buffer const piece(left.data(), left.size());
        auto const sent = socket_.send({&piece, 1});
        if (sent.is_broken) // what the server has said before can still be read
            return;
        left.remove_prefix(sent.count);
        if (sent.count == 0)
            wait_for(socket_, POLLOUT);
    }
}

void tls_connection::send(std::string_view text)
{
    session_.write(text);
    flush();
}

void tls_connection::get(std::string_view target, std::string_view header_lines)
{
    send("GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(header_lines) +
         "\r\n");
}

std::string tls_connection::read_until(std::string_view mark)
{
    for (;;) {
        text_ += session_.read();
        auto const at = text_.find(mark);
        if (at != std::string::npos) {
            std::string read = text_.substr(0, at + mark.size());
            text_.erase(0, read.size());
            return read;
        }
        if (has_ended_ || !receive())
            throw std::runtime_error("tls_connection: the server has ended its side behind \"" + text_ +
                                     "\"");
    }
}

std::string tls_connection::read_to_end()
{
    while (!has_ended_)
        receive();
    text_ += session_.read();
    return std::exchange(text_, {});
}

void tls_connection::close_notify()
{
    session_.close_notify();
    flush();
}

void tls_connection::close()
{
    socket_.close();
}

} // namespace tidings::test
