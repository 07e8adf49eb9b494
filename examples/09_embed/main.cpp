// SPDX-License-Identifier: BSL-1.0
// tidings as a guest on an io_context that the application owns, beside a TCP echo server. A plain thread
// publishes to a topic, and a database query runs on a thread where it holds up nobody.
#include <tidings/tidings.hpp>

#include "../example.hpp"
#include "echo.hpp"
#include "thermometer.hpp"
#include "visits.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <fmt/format.h>

#include <csignal>
#include <functional>

namespace asio = boost::asio;

// [handlers]
asio::awaitable<void> stream_readings(thermometer& source, tidings::context ctx, tidings::event_stream& out)
{
    co_await source.readings.follow(ctx, out);
}

asio::awaitable<tidings::response> answer_visits(tidings::context ctx)
{
    auto const visits = co_await tidings::run_blocking(ctx, count_visit);
    co_return tidings::response::text(visits ? fmt::format("visit {}\n", *visits) : "");
}
// [/handlers]

// [main]
int main(int argc, char** argv)
{
    asio::io_context loop(1);
    auto application = tidings::context::root(loop.get_executor());
    serve_echoes(application, loop);

    thermometer source;
    tidings::server server(loop, {.port = example::port(argc, argv)});
    server.get("/readings", std::bind_front(stream_readings, std::ref(source)));
    server.get("/visits", answer_visits);
    server.start();
    example::print_address(server);

    asio::signal_set signals(loop, SIGINT, SIGTERM);
    signals.async_wait([&](auto...) {
        application.cancel();
        server.stop();
    });
    loop.run(); // until the server is drained and the echoes are over
}
// [/main]
