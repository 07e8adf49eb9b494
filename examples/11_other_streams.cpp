// SPDX-License-Identifier: BSL-1.0
// Serves a stream that is no socket, here an asio::ssl::stream that the application has made by its own
// rules. Two coroutines carry its bytes to one end of a socket pair, and the server adopts the other end.
// Wants chain.pem and key.pem in the working directory; try `curl -kN https://127.0.0.1:8080/`.
#include <tidings/tidings.hpp>

#include "example.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#if defined(BOOST_ASIO_SEPARATE_COMPILATION)
#include <boost/asio/ssl/impl/src.hpp> // tidings compiles Asio without this part of it
#endif

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::ip::tcp;
using pair_end = asio::local::stream_protocol::socket;

asio::awaitable<void> count_up(tidings::context ctx, tidings::event_stream& out)
{
    tidings::ticker often(100ms);
    for (int i = 1; co_await often.tick(ctx); ++i)
        co_await out.send({.data = std::to_string(i)});
}

// [carry]
struct carried
{
    asio::ssl::stream<tcp::socket> client;
    pair_end near;
};

// Until one side has ended, or takes nothing for ten seconds. Nothing more is read until it has.
template <typename From, typename To>
asio::awaitable<void> carry(tidings::context ctx, From& from, To& to)
try {
    std::array<char, 16 * 1024> bytes{};
    for (;;) {
        std::size_t const size = co_await from.async_read_some(asio::buffer(bytes), asio::deferred);
        auto const limited = tidings::with_timeout(ctx, 10s);
        co_await asio::async_write(to, asio::buffer(bytes, size), tidings::bind(limited, asio::deferred));
    }
} catch (boost::system::system_error const&) {
}

asio::awaitable<void> to_server(tidings::context ctx, std::shared_ptr<carried> both)
{
    co_await carry(ctx, both->client, both->near);
    boost::system::error_code has_gone;
    both->near.shutdown(pair_end::shutdown_send, has_gone); // to the server it is what it was to us: a FIN
}

asio::awaitable<void> to_client(tidings::context ctx, std::shared_ptr<carried> both)
{
    co_await carry(ctx, both->near, both->client);
    auto const limited = tidings::with_timeout(ctx, 2s);
    co_await both->client.async_shutdown(tidings::bind(limited, asio::as_tuple(asio::deferred)));
    both->client.next_layer().close();
    both->near.close();
}

asio::awaitable<void> serve(tidings::context ctx, std::shared_ptr<carried> both, tidings::server& server)
{
    auto const limited = tidings::with_timeout(ctx, 10s);
    co_await both->client.async_handshake(asio::ssl::stream_base::server,
                                          tidings::bind(limited, asio::deferred));
    pair_end far(both->near.get_executor());
    asio::local::connect_pair(both->near, far);
    server.adopt(std::move(far));
    asio::co_spawn(both->near.get_executor(), to_server(ctx, both), asio::detached);
    co_await to_client(ctx, both);
}
// [/carry]

asio::awaitable<void> accept_clients(tcp::acceptor& acceptor, asio::ssl::context& tls,
                                     tidings::server& server)
{
    auto const ctx = tidings::context::root(acceptor.get_executor());
    for (;;) {
        tcp::socket client = co_await acceptor.async_accept(asio::deferred);
        pair_end near(acceptor.get_executor());
        auto both = std::make_shared<carried>(carried{{std::move(client), tls}, std::move(near)});
        asio::co_spawn(acceptor.get_executor(), serve(ctx, std::move(both), server), asio::detached);
    }
}

int main(int argc, char** argv)
{
    asio::io_context loop(1);
    asio::ssl::context tls(asio::ssl::context::tls_server);
    tls.use_certificate_chain_file("chain.pem");
    tls.use_private_key_file("key.pem", asio::ssl::context::pem);

    tidings::server server(loop, {.listen = {}}); // it listens nowhere itself
    server.get("/", count_up);
    server.start();

    tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), example::port(argc, argv)});
    fmt::print("https://127.0.0.1:{}/\n", acceptor.local_endpoint().port());
    std::fflush(stdout);
    asio::co_spawn(loop, accept_clients(acceptor, tls, server), asio::detached);

    asio::signal_set signals(loop, SIGINT, SIGTERM);
    signals.async_wait([&](auto...) {
        acceptor.close();
        server.stop();
    });
    loop.run();
}
