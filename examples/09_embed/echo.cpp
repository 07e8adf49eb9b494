// SPDX-License-Identifier: BSL-1.0
#include "echo.hpp"

#include <tidings/wait/bind.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <array>
#include <utility>

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Asio's own operations end with a context too: with an exception, which ends the coroutine.
// [bind]
asio::awaitable<void> echo(tidings::context ctx, tcp::socket peer)
{
    std::array<char, 1024> bytes{};
    for (;;) {
        std::size_t const size =
            co_await peer.async_read_some(asio::buffer(bytes), tidings::bind(ctx, asio::deferred));
        co_await asio::async_write(peer, asio::buffer(bytes, size), tidings::bind(ctx, asio::deferred));
    }
}
// [/bind]

asio::awaitable<void> accept_echoes(tidings::context ctx, tcp::acceptor acceptor)
{
    for (;;) {
        tcp::socket peer = co_await acceptor.async_accept(tidings::bind(ctx, asio::deferred));
        asio::co_spawn(acceptor.get_executor(), echo(ctx, std::move(peer)), asio::detached);
    }
}

} // namespace

void serve_echoes(tidings::context ctx, asio::io_context& loop)
{
    tcp::acceptor acceptor(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    fmt::print("echo on port {}\n", acceptor.local_endpoint().port());
    asio::co_spawn(loop, accept_echoes(std::move(ctx), std::move(acceptor)), asio::detached);
}
