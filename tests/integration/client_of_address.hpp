// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>
#include <sys/time.h>

#include <cstdint>
#include <memory>
#include <string>

namespace tidings::test {

/// A client that comes from an address of its own choice in 127.0.0.0/8, all of which is this machine.
class client_of_address
{
public:
    client_of_address(char const* from, std::uint16_t port)
        : socket_(*io_, boost::asio::ip::tcp::endpoint(boost::asio::ip::make_address(from), 0))
    {
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    }

    /// Asks for "/", and reads the answer of `answer_plainly`.
    void ask_plainly()
    {
        boost::asio::write(socket_, boost::asio::buffer(std::string("GET / HTTP/1.1\r\nHost: a\r\n\r\n")));
        std::string answer;
        boost::asio::read_until(socket_, boost::asio::dynamic_buffer(answer), "plain");
    }

    /// Waits for the server's end; false when something else comes, or nothing within ten seconds.
    bool has_been_ended()
    {
        timeval const limit{10, 0};
        char one = 0;
        return ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 &&
               ::recv(socket_.native_handle(), &one, 1, 0) == 0;
    }

private:
    std::unique_ptr<boost::asio::io_context> io_ = std::make_unique<boost::asio::io_context>();
    boost::asio::ip::tcp::socket socket_;
};

} // namespace tidings::test
