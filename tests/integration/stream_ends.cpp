// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace tidings;
using namespace tidings::test;
using namespace std::chrono_literals;
using tidings::test::server_fixture;

namespace {

/// The records of a server, as text that outlives them.
class records
{
public:
    server_options options()
    {
        auto options = server_fixture::brisk();
        options.on_stream_end = [this](stream_end const& over) { add(over); };
        return options;
    }
    std::vector<std::string> all() const
    {
        std::lock_guard const guard(lock_);
        return lines_;
    }
    bool are(server_fixture& of, std::size_t count) const
    {
        return of.wait_for_stats([&](server_stats const&) { return all().size() >= count; });
    }

private:
    void add(stream_end const& over)
    {
        std::string line = std::string(over.method) + ' ' + std::string(over.path) + ' ';
        line += std::string(over.route) + ' ' + std::string(over.address) + ' ' + std::string(over.protocol);
        line += ' ' + std::to_string(over.status) + (over.is_stream ? " stream " : " ");
        line += std::string(to_string(over.reason)) + (over.cut ? ", cut" : "");
        line += " events " + std::to_string(over.events) + (over.first_event ? "" : ", no first");
        line += over.replayed == 0 ? "" : ", replayed " + std::to_string(over.replayed);
        line += over.bytes == 0 ? ", no bytes" : "";
        line += over.trace.empty() ? "" : " trace " + std::string(over.trace);
        CHECK(over.lasted >= over.first_event.value_or(0s));
        std::lock_guard const guard(lock_);
        lines_.push_back(std::move(line));
    }

    mutable std::mutex lock_;
    std::vector<std::string> lines_;
};

asio::awaitable<void> hand_over_from_oldest(topic const& news, context, request const&, event_stream& out)
{
    news.attach(out, from_oldest());
    co_return;
}

asio::awaitable<void> fail_after_one(context, request const&, event_stream& out)
{
    co_await out.send({.data = "one"});
    throw std::runtime_error("broken");
}

} // namespace

// What was asked for, how it was answered, when, why it ended, and after how much.
TEST_CASE("each request has one record")
{
    records kept;
    server_fixture fixture(kept.options());
    fixture.routes().get("/streams/{id}", send_one);
    fixture.routes().get("/plain", answer_plainly);
    fixture.routes().get("/fails", fail_after_one);
    fixture.start();
    auto asking = fixture.connect();
    asking.get("/plain?ticket=secret",
               "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n");
    CHECK(asking.read_head().status() == 200);
    (void)asking.read_body();
    asking.get("/streams/7", "traceparent: 00-00000000000000000000000000000000-b7ad6b7169203331-01\r\n");
    CHECK(asking.read_head().status() == 200);
    (void)asking.read_body();
    asking.get("/nowhere");
    CHECK(asking.read_head().status() == 404);
    (void)asking.read_body();
    asking.get("/fails");
    (void)asking.read_to_end();
    fixture.stop();
    CHECK(kept.all() ==
          std::vector<std::string>{
              "GET /plain /plain 127.0.0.1 HTTP/1.1 200 handler returned events 0, no first trace "
              "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
              "GET /streams/7 /streams/{id} 127.0.0.1 HTTP/1.1 200 stream handler returned events 1",
              "GET /nowhere  127.0.0.1 HTTP/1.1 404 handler returned events 0, no first",
              "GET /fails /fails 127.0.0.1 HTTP/1.1 200 stream failed, cut events 1"});
}

// A stream that was handed over has its record when it ends, whoever ends it, and none before.
TEST_CASE("a stream that was handed over has one record at its end")
{
    records kept;
    topic news({.send_position = false});
    server_fixture fixture(kept.options());
    fixture.routes().get("/news", std::bind_front(hand_over, std::cref(news)));
    fixture.start();
    auto const follow = [&] {
        auto reading = fixture.connect();
        reading.get("/news");
        CHECK(reading.read_head().status() == 200);
        return reading;
    };
    std::string const begin = "GET /news /news 127.0.0.1 HTTP/1.1 200 stream ";

    auto leaving = follow();
    REQUIRE(fixture.wait_for_stats(no_handler_is_left));
    news.publish({.data = "1"});
    news.publish({.data = "2"});
    CHECK(leaving.read_until("data: 2\n\n").ends_with("data: 2\n\n"));
    CHECK(kept.all().empty());
    leaving.reset();
    REQUIRE(kept.are(fixture, 1));
    CHECK(kept.all().back() == begin + "client gone events 2");

    auto ended = follow();
    REQUIRE(fixture.wait_for_stats(
        [](server_stats const& now) { return now.handlers == 0 && now.streams == 1; }));
    CHECK(news.disconnect() == 1);
    (void)ended.read_body();
    REQUIRE(kept.are(fixture, 2));
    CHECK(kept.all().back().starts_with(begin + "handler returned"));

    auto staying = follow();
    REQUIRE(fixture.wait_for_stats(
        [](server_stats const& now) { return now.handlers == 0 && now.streams == 1; }));
    fixture.stop();
    CHECK(kept.all().size() == 3);
    CHECK(kept.all().back().starts_with(begin + "server stopping"));
}

// What had been kept for a client is told apart from what came while it was there.
TEST_CASE("the record of a stream counts what was replayed")
{
    records kept;
    topic news({.send_position = false});
    server_fixture fixture(kept.options());
    fixture.routes().get("/news", std::bind_front(hand_over_from_oldest, std::cref(news)));
    fixture.start();
    news.publish({.data = "1"});
    news.publish({.data = "2"});
    auto reading = fixture.connect();
    reading.get("/news");
    CHECK(reading.read_head().status() == 200);
    CHECK(reading.read_until("data: 2\n\n").ends_with("data: 2\n\n"));
    REQUIRE(fixture.wait_for_stats(no_handler_is_left));
    news.publish({.data = "3"});
    CHECK(reading.read_until("data: 3\n\n").ends_with("data: 3\n\n"));
    reading.reset();
    REQUIRE(kept.are(fixture, 1));
    CHECK(kept.all().back().ends_with("client gone events 3, replayed 2"));
}

// Streams of a principal that the server ends have that as their reason, handed over or not.
TEST_CASE("the streams of a principal that were ended say so")
{
    records kept;
    topic news({.send_position = false});
    server_fixture fixture(kept.options());
    fixture.routes().check([](request& head, headers&) -> std::optional<response> {
        head.set_principal("ada");
        return std::nullopt;
    });
    fixture.routes().get("/news", std::bind_front(hand_over, std::cref(news)));
    fixture.routes().get("/stays", say_farewell);
    fixture.start();
    auto carried = fixture.connect();
    carried.get("/news");
    CHECK(carried.read_head().status() == 200);
    REQUIRE(fixture.wait_for_stats(no_handler_is_left));
    fixture.routes().end_streams("ada");
    (void)carried.read_body();
    REQUIRE(kept.are(fixture, 1));
    CHECK(kept.all().back().starts_with("GET /news /news 127.0.0.1 HTTP/1.1 200 stream canceled"));

    auto staying = fixture.connect();
    staying.get("/stays");
    CHECK(staying.read_head().status() == 200);
    CHECK(staying.next_event()->data() == "hello");
    fixture.routes().end_streams("ada");
    CHECK(staying.next_event()->data() == "canceled");
    CHECK_FALSE(staying.next_event());
    REQUIRE(kept.are(fixture, 2));
    CHECK(kept.all().back().starts_with("GET /stays /stays 127.0.0.1 HTTP/1.1 200 stream canceled"));
}

// The hook is the last thing that is done for a request. However long it takes, the request's client has its
// answer; others of the loop wait so long, and are served then.
TEST_CASE("a hook for ends that is slow")
{
    auto options = server_fixture::brisk();
    std::promise<void> go;
    std::atomic<int> calls = 0;
    options.on_stream_end = [&calls, released = go.get_future().share()](stream_end const&) {
        ++calls;
        released.wait();
    };
    server_fixture fixture(options);
    fixture.routes().get("/plain", answer_plainly);
    fixture.start();
    auto first = fixture.connect();
    first.get("/plain");
    CHECK(first.read_head().status() == 200);
    (void)first.read_body();
    REQUIRE(fixture.wait_for_stats([&](server_stats const&) { return calls == 1; }));
    auto second = fixture.connect();
    second.get("/plain");
    first.get("/plain");
    CHECK(fixture.routes().stats().requests == 1);
    go.set_value();
    CHECK(second.read_head().status() == 200);
    CHECK(first.read_head().status() == 200);
}

// The hook is the application's: it may call the server, and one that throws costs a line of the log.
TEST_CASE("a hook for ends that throws, and one that stops the server")
{
    auto options = server_fixture::brisk();
    server* stopped = nullptr;
    options.on_stream_end = [&](stream_end const& over) {
        CHECK(stopped->stats().requests >= 1);
        if (over.path == "/last")
            stopped->stop();
        throw std::runtime_error("the disk is full");
    };
    server_fixture fixture(options);
    stopped = &fixture.routes();
    fixture.routes().get("/first", answer_plainly);
    fixture.routes().get("/last", answer_plainly);
    fixture.start();
    auto asking = fixture.connect();
    asking.get("/first");
    CHECK(asking.read_head().status() == 200);
    (void)asking.read_body();
    CHECK(fixture.wait_for_log("on_stream_end failed: the disk is full"));
    asking.get("/last");
    CHECK(asking.read_head().status() == 200);
    (void)asking.read_to_end(); // closed by the drain
}
