// SPDX-License-Identifier: BSL-1.0
// One number, read in four ways: once, by polling, by long polling and as a stream. Open
// http://127.0.0.1:8080/ in a browser, press the button, and compare what each way costs and how late it is.
#include <tidings/tidings.hpp>

#include "example.hpp"

#include <boost/asio/awaitable.hpp>

#include <fmt/format.h>

#include <functional>
#include <string>
#include <utility>

// The number, and a channel that nothing is sent to: closing it at a change wakes all who wait, as in Go.
// [counter]
struct counter
{
    void increment()
    {
        ++value;
        std::exchange(changed, tidings::channel<void>()).close();
    }

    int value = 0;
    tidings::channel<void> changed;
};
// [/counter]

// [increment]
boost::asio::awaitable<tidings::response> increment(counter& count, tidings::context)
{
    count.increment();
    co_return tidings::response::text(fmt::format("{}\n", count.value));
}
// [/increment]

// [plain]
// The plain answer; polling is asking for it again and again.
boost::asio::awaitable<tidings::response> get_value(counter const& count, tidings::context)
{
    co_return tidings::response::text(fmt::format("{}\n", count.value));
}
// [/plain]

// [long-poll]
// Answers when the number differs from the one that the client has: `?known=7`.
boost::asio::awaitable<tidings::response> await_value(counter const& count, tidings::context ctx,
                                                      tidings::request const& request)
{
    while (request.query("known") == std::to_string(count.value) && !ctx.is_done()) {
        auto changed = count.changed;
        co_await changed.receive(ctx);
    }
    co_return tidings::response::text(fmt::format("{}\n", count.value));
}
// [/long-poll]

// [stream]
boost::asio::awaitable<void> stream_value(counter const& count, tidings::context ctx,
                                          tidings::event_stream& out)
{
    while (!ctx.is_done()) {
        auto changed = count.changed; // before the value is read, so that no change is missed
        co_await out.send({.data = fmt::to_string(count.value)});
        co_await changed.receive(ctx);
    }
}
// [/stream]

boost::asio::awaitable<tidings::response> show_page(tidings::context)
{
    co_return tidings::response::file(EXAMPLE_PAGE);
}

// [main]
int main(int argc, char** argv)
{
    counter count; // handlers run on the server's one loop, so it needs no lock
    tidings::server server({.port = example::port(argc, argv)});
    server.get("/", show_page);
    server.post("/value", std::bind_front(increment, std::ref(count)));
    server.get("/value", std::bind_front(get_value, std::cref(count)));
    server.get("/value/next", std::bind_front(await_value, std::cref(count)));
    server.get("/value/events", std::bind_front(stream_value, std::cref(count)));
    example::run(server);
}
// [/main]
