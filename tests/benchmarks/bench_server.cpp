// SPDX-License-Identifier: BSL-1.0
// A server to be measured from outside, on the public API alone:
//
//     bench_server [--port 9100] [--loops N] [--keep-alive SECONDS] [--half-close probe|end] [--download
//     FILE]
//
//     GET  /events                                attached to the one topic
//     POST /publish?count=K&size=S&interval_us=I  publishes K events of S bytes, one each I microseconds; 0:
//     all
//                                                 are due at once
//     GET  /tick?ms=T&size=S                      a handler with a ticker
//     GET  /wait                                  a handler that waits in a select of a channel and a ticker
//     GET  /stats                                 the number of open streams
//     GET  /hello                                 a small fixed answer
//     GET  /download                              the file of --download
#include <tidings/tidings.hpp>

#include "payload.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>

#include <system_error>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::event_stream;
using tidings::request;
using tidings::response;

namespace {

// Of the events that are due, so many leave in one turn of the loop.
constexpr int events_per_turn = 32;

template <typename Number>
Number parse(std::string_view text, Number otherwise)
{
    Number value{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? value : otherwise;
}

asio::awaitable<void> carry_events(tidings::topic const& news, context, request const&, event_stream& out)
{
    news.attach(out);
    co_return;
}

asio::awaitable<response> publish(tidings::topic& news, context ctx, request const& asked)
{
    auto const count = parse<std::uint64_t>(asked.query("count"), 1);
    auto const size = parse<std::size_t>(asked.query("size"), 64);
    auto const interval = std::chrono::microseconds(parse<std::int64_t>(asked.query("interval_us"), 0));
    std::string payload;
    auto due = tidings::clock::now();
    for (std::uint64_t number = 0; number < count;) {
        tidings::after next(due);
        if (interval > 0us && !co_await next.wait(ctx))
            break;
        auto const now = tidings::clock::now();
        for (int i = 0; i < events_per_turn && number < count && due <= now; ++i, due += interval) {
            tidings::benchmark::write_payload(payload, number++, size);
            news.publish({.data = payload});
        }
        if (due <= tidings::clock::now())
            co_await asio::post(asio::deferred); // the topic's turn comes first
    }
    co_return response::text("ok\n");
}

asio::awaitable<void> send_ticks(context ctx, request const& asked, event_stream& out)
{
    tidings::ticker often(std::chrono::milliseconds(parse(asked.query("ms"), 1000)));
    auto const size = parse<std::size_t>(asked.query("size"), 64);
    std::string payload;
    co_await out.open();
    for (std::uint64_t number = 0; co_await often.tick(ctx); ++number) {
        tidings::benchmark::write_payload(payload, number, size);
        co_await out.send({.data = payload});
    }
}

asio::awaitable<void> wait_in_a_select(tidings::channel<int> const& updates, context ctx, request const&,
                                       event_stream& out)
{
    tidings::ticker hourly(1h);
    co_await out.open();
    while (auto next = co_await tidings::select(ctx, updates, hourly))
        co_await out.send({.data = "woken"});
}

asio::awaitable<response> count_streams(tidings::server const& server, context, request const&)
{
    co_return response::text(std::to_string(server.stats().streams) + '\n');
}

asio::awaitable<response> send_download(std::string const& file, context, request const&)
{
    auto answer = response::file(file);
    co_return answer;
}

asio::awaitable<response> say_hello(context, request const&)
{
    co_return response::text("hello\n");
}

} // namespace

int main(int argc, char** argv)
{
    tidings::endpoint listen{.port = 9100};
    tidings::server_options options;
    std::string download;
    for (int i = 1; i + 1 < argc; i += 2) {
        std::string_view const name = argv[i];
        std::string_view const value = argv[i + 1];
        if (name == "--port")
            listen.port = parse<std::uint16_t>(value, 9100);
        else if (name == "--loops")
            options.loops = parse<std::size_t>(value, 1);
        else if (name == "--keep-alive")
            options.keep_alive = std::chrono::seconds(parse(value, 15));
        else if (name == "--half-close" && value == "end")
            options.on_half_close = tidings::half_close::end;
        else if (name == "--download")
            download = value;
        else if (name != "--half-close")
            return std::fprintf(stderr, "bench_server: unknown option %s\n", argv[i]), 2;
    }
    options.log = [](tidings::log_level, std::string_view) {
    }; // thousands of clients of one address are meant
    // A slow reader is waited for and not cut: the history holds a whole burst.
    tidings::topic news({.max_events = 200'000, .history_bytes = 256 * 1024 * 1024, .send_position = false});
    tidings::channel<int> updates;
    tidings::server server(listen, options);
    server.get("/events", std::bind_front(carry_events, std::cref(news)));
    server.post("/publish", std::bind_front(publish, std::ref(news)));
    server.get("/tick", send_ticks);
    server.get("/wait", std::bind_front(wait_in_a_select, std::cref(updates)));
    server.get("/stats", std::bind_front(count_streams, std::cref(server)));
    server.get("/hello", say_hello);
    server.get("/download", std::bind_front(send_download, std::cref(download)));
    server.run();
}
