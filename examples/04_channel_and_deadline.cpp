// SPDX-License-Identifier: BSL-1.0
// A channel, a ticker and a deadline in one select: what `go`, `select` and `context.WithTimeout` are in Go.
#include <tidings/tidings.hpp>

#include "example.hpp"

#include <boost/asio/awaitable.hpp>

#include <fmt/format.h>

using namespace std::chrono_literals;

// [handler]
boost::asio::awaitable<void> follow_market(tidings::context ctx, tidings::channel<int> prices)
{
    tidings::ticker trade(300ms);
    for (int price = 101; co_await trade.tick(ctx); ++price)
        co_await prices.send(ctx, price);
}

boost::asio::awaitable<void> stream_prices(tidings::context ctx, tidings::event_stream& out)
{
    auto const limited = tidings::with_timeout(ctx, 2s);
    tidings::channel<int> prices(16);
    tidings::spawn(limited, follow_market,
                   prices); // ends with `limited`, and is joined before `out` is destroyed

    int latest = 100;
    tidings::ticker summary(1s);
    while (auto next = co_await tidings::select(limited, prices, summary)) {
        if (int const* price = next.from(prices)) {
            latest = *price;
            co_await out.send({.type = "price", .data = fmt::to_string(latest)});
        } else {
            co_await out.send({.type = "summary", .data = fmt::format("now at {}", latest)});
        }
    }
    if (limited.reason() == tidings::end_reason::deadline_exceeded)
        co_await out.send({.type = "closing", .data = "two seconds are over"});
}
// [/handler]

int main(int argc, char** argv)
{
    tidings::server server({.port = example::port(argc, argv)});
    server.get("/", stream_prices);
    example::run(server);
}
