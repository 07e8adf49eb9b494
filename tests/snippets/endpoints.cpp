// SPDX-License-Identifier: BSL-1.0
// Where a server listens: each form names its endpoint by designators alone, and no two constructors take it.
#include <tidings/tidings.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>

using namespace std::chrono_literals;

void short_forms(boost::asio::io_context& loop)
{
    tidings::server const by_default;
    tidings::server const with_a_port({.port = 8081});
    tidings::server const with_options({.keep_alive = 5s});
    tidings::server const with_both({.port = 8082}, {.keep_alive = 5s});
    tidings::server const on_a_loop(loop, {.port = 8083});
    tidings::server const on_a_loop_with_options(loop, {.handle_signals = false});
    tidings::server const on_a_loop_with_both(loop, {.host = "::1"}, {.keep_alive = 5s});
}

void two_endpoints()
{
    // [endpoints]
    tidings::server_options options;
    options.listen = {
        {.unix_socket = "/run/app/http.sock", .unix_mode = 0660}, // for the proxy, by its group
        {.port = 8081},                                           // for this machine
    };
    tidings::server server(options);
    // [/endpoints]
    server.start();
}

void adopting()
{
    tidings::server const elsewhere({.listen = {}, .loops = 2});
}
