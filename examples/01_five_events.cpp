// SPDX-License-Identifier: BSL-1.0
// A handler is a coroutine that writes to an event stream. Watch it with: curl -N http://127.0.0.1:8080/
#include <tidings/tidings.hpp>

#include "example.hpp"

#include <boost/asio/awaitable.hpp>

#include <fmt/format.h>

using namespace std::chrono_literals;

// [handler]
boost::asio::awaitable<void> five_events(tidings::context ctx, tidings::event_stream& out)
{
    tidings::ticker every_second(1s);
    for (int i = 1; co_await every_second.tick(ctx); ++i) {
        co_await out.send({.data = fmt::format("event {}", i)});
        if (i == 5)
            break;
    }
}
// [/handler]

// [main]
int main(int argc, char** argv)
{
    tidings::server server({.port = example::port(argc, argv)});
    server.get("/", five_events);
    example::run(server);
}
// [/main]
