// SPDX-License-Identifier: BSL-1.0
// usage: http2_server CHAIN KEY
// Serves a page at /, three events at /events, a stream of ticks at /ticks, and POST /echo, on three free
// ports of this machine: HTTP/2 and HTTP/1.1 over TLS, HTTP/1.1 alone over TLS, and plain text with prior
// knowledge. Says which, in this order, and runs until it is stopped by a signal.
#include <tidings/net/tls/tls_context.hpp>
#include <tidings/server/http2/http2.hpp>
#include <tidings/server/server.hpp>
#include <tidings/wait/ticker.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

asio::awaitable<tidings::response> show_page(tidings::context, tidings::request const& asked)
{
    co_return tidings::response::text(std::string(asked.version()));
}

asio::awaitable<void> send_three(tidings::context, tidings::request const&, tidings::event_stream& out)
{
    for (int i = 1; i <= 3; ++i) {
        std::string const number = std::to_string(i);
        co_await out.send({.data = number});
    }
}

asio::awaitable<void> send_ticks(tidings::context ctx, tidings::request const&, tidings::event_stream& out)
{
    tidings::ticker each(100ms);
    bool is_on = co_await each.tick(ctx);
    while (is_on) {
        co_await out.send({.data = "tick"});
        is_on = co_await each.tick(ctx);
    }
}

asio::awaitable<tidings::response> echo(tidings::context, tidings::request const& asked)
{
    co_return tidings::response::text(asked.body());
}

std::unique_ptr<tidings::server> serve(asio::io_context& io, tidings::endpoint where)
{
    auto made = std::make_unique<tidings::server>(io, tidings::server_options{.listen = {std::move(where)}});
    made->get("/", show_page);
    made->get("/events", send_three);
    made->get("/ticks", send_ticks);
    made->post("/echo", echo);
    made->start();
    return made;
}

} // namespace

int main(int argc, char** argv)
try {
    if (argc != 3)
        return 64;
    auto const tls = std::make_shared<tidings::tls_context>(
        tidings::tls_options{.certificates = {{.chain_file = argv[1], .key_file = argv[2]}}});
    asio::io_context io;
    std::array const servers{serve(io, {.port = 0, .tls = tls, .http2 = tidings::http2()}),
                             serve(io, {.port = 0, .tls = tls}),
                             serve(io, {.port = 0, .http2 = tidings::http2({.prior_knowledge = true})})};
    asio::signal_set signals(io, SIGTERM);
    signals.async_wait([&](boost::system::error_code, int) {
        for (auto const& each : servers)
            each->stop();
    });
    for (auto const& each : servers)
        std::printf("%d ", static_cast<int>(each->port()));
    std::printf("\n");
    std::fflush(stdout);
    io.run();
} catch (std::exception const& failed) {
    std::fprintf(stderr, "%s\n", failed.what());
    return 1;
}
