// SPDX-License-Identifier: BSL-1.0
// [program]
#include <tidings/tidings.hpp>

#include <fmt/chrono.h>

#include <ctime>

using namespace std::chrono_literals;

boost::asio::awaitable<void> tell_time(tidings::context ctx, tidings::event_stream& out)
{
    tidings::ticker every_second(1s);
    while (co_await every_second.tick(ctx)) // false once the client has left or the server stops
        co_await out.send({.type = "time", .data = fmt::format("{:%T}", fmt::gmtime(std::time(nullptr)))});
}

int main()
{
    tidings::server server({.port = 8080});
    server.get("/time", tell_time);
    server.run(); // until SIGINT or SIGTERM, then a graceful drain
}
// [/program]
