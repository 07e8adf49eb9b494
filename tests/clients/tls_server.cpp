// SPDX-License-Identifier: BSL-1.0
// usage: tls_server CHAIN KEY [CHAIN KEY]...
// Serves /events, three events, over TLS on a free port of all addresses; POST /reload reads the files again.
// Says where, and runs until it is stopped by a signal.
#include <tidings/net/tls/tls_context.hpp>
#include <tidings/server/server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace asio = boost::asio;

namespace {

asio::awaitable<void> send_three(tidings::context, tidings::request const&, tidings::event_stream& out)
{
    for (int i = 1; i <= 3; ++i) {
        std::string const number = std::to_string(i);
        co_await out.send({.data = number});
    }
}

asio::awaitable<tidings::response> reload(tidings::tls_context& tls, tidings::context,
                                          tidings::request const&)
{
    std::string why = "reloaded";
    try {
        tls.reload();
    } catch (std::exception const& refused) {
        why = refused.what();
    }
    co_return tidings::response::text(why + "\n");
}

} // namespace

int main(int argc, char** argv)
try {
    std::vector<tidings::tls_certificate> certificates;
    for (int i = 1; i + 1 < argc; i += 2)
        certificates.push_back({.chain_file = argv[i], .key_file = argv[i + 1]});
    auto const tls =
        std::make_shared<tidings::tls_context>(tidings::tls_options{.certificates = certificates});
    asio::io_context io;
    tidings::server server(io, {.listen = {{.host = "::", .port = 0, .tls = tls}}});
    server.get("/events", send_three);
    server.post("/reload", std::bind_front(reload, std::ref(*tls)));
    server.start();
    asio::signal_set signals(io, SIGTERM);
    signals.async_wait([&](boost::system::error_code, int) { server.stop(); });
    std::printf("%d\n", static_cast<int>(server.port()));
    std::fflush(stdout);
    io.run();
} catch (std::exception const& failed) {
    std::fprintf(stderr, "%s\n", failed.what());
    return 1;
}
