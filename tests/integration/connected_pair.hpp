// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <utility>

namespace tidings::test {

/// Both ends of a connection that nobody has accepted for the server.
inline std::pair<boost::asio::ip::tcp::socket, boost::asio::ip::tcp::socket>
connected_pair(boost::asio::io_context& io)
{
    boost::asio::ip::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
    acceptor.set_option(
        boost::asio::socket_base::receive_buffer_size(200'000)); // the test's bytes wait there
    boost::asio::ip::tcp::socket near(io);
    near.connect(acceptor.local_endpoint());
    return {std::move(near), acceptor.accept()};
}

} // namespace tidings::test
