// SPDX-License-Identifier: BSL-1.0
// A handler that is silent for long: the server keeps the connection alive with comments, which clients
// ignore and which `curl -N http://127.0.0.1:8080/` shows as ": ping".
#include <tidings/tidings.hpp>

#include "example.hpp"

#include <boost/asio/awaitable.hpp>

using namespace std::chrono_literals;

// [handler]
boost::asio::awaitable<void> think_long(tidings::context ctx, tidings::event_stream& out)
{
    tidings::after thought(3500ms);
    if (co_await thought.wait(ctx))
        co_await out.send({.type = "answer", .data = "42"});
}
// [/handler]

int main(int argc, char** argv)
{
    tidings::server server({.port = example::port(argc, argv)},
                           {.keep_alive = 1s}); // 15 s unless told otherwise
    server.get("/", think_long);
    example::run(server);
}
