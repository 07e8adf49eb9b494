// SPDX-License-Identifier: BSL-1.0
// Helpers take a context, first and by value, as the handler does. A helper's own deadline only shortens it.
#include <tidings/tidings.hpp>

#include "example.hpp"

#include <boost/asio/awaitable.hpp>

#include <fmt/format.h>

#include <string_view>

using namespace std::chrono_literals;

// [helpers]
// Reports one step in percent; false when the context ended before the step was done.
boost::asio::awaitable<bool> do_step(tidings::context ctx, std::string_view name, tidings::duration pace,
                                     tidings::event_stream& out)
{
    tidings::ticker progress(pace);
    for (int percent = 0; percent <= 100; percent += 50) {
        if (!co_await progress.tick(ctx))
            co_return false;
        co_await out.send({.type = "progress", .data = fmt::format("{} {} %", name, percent)});
    }
    co_return true;
}

// The same, but given up after a second.
boost::asio::awaitable<bool> try_step(tidings::context ctx, std::string_view name, tidings::duration pace,
                                      tidings::event_stream& out)
{
    auto const limited = tidings::with_timeout(ctx, 1s);
    co_return co_await do_step(limited, name, pace, out);
}

boost::asio::awaitable<void> deploy(tidings::context ctx, tidings::event_stream& out)
{
    bool const built = co_await try_step(ctx, "build", 100ms, out);
    bool const tested = built && co_await try_step(ctx, "test", 700ms, out);
    co_await out.send({.type = "result", .data = tested ? "deployed" : "given up"});
}
// [/helpers]

int main(int argc, char** argv)
{
    tidings::server server({.port = example::port(argc, argv)});
    server.get("/", deploy);
    example::run(server);
}
