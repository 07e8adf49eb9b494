// SPDX-License-Identifier: BSL-1.0
// A ticker races the context: tick() is false once the client has left or the server stops, and the handler
// is over.
#include <tidings/tidings.hpp>

#include "example.hpp"

#include <boost/asio/awaitable.hpp>

#include <fmt/chrono.h>

#include <ctime>

using namespace std::chrono_literals;

// [handler]
boost::asio::awaitable<void> tell_time(tidings::context ctx, tidings::event_stream& out)
{
    tidings::ticker every_second(1s);
    while (co_await every_second.tick(ctx))
        co_await out.send({.data = fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr)))});
}
// [/handler]

int main(int argc, char** argv)
{
    tidings::server server({.port = example::port(argc, argv)});
    server.get("/", tell_time);
    example::run(server);
}
