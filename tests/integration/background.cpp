// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>
#include <tidings/wait/channel.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using tidings::test::server_fixture;

namespace {

/// Publishes what comes through the channel, then how it ended.
asio::awaitable<void> produce(context ctx, topic into, channel<std::string> parts)
{
    while (auto part = co_await parts.receive(ctx))
        into.publish({.data = *part});
    into.publish({.type = "end", .data = to_string(ctx.reason())});
    into.close();
}

asio::awaitable<void> fail_at_once(context)
{
    bool const fails = true;
    if (fails)
        throw std::runtime_error("out of paper");
    co_return;
}

// Waits where no context is looked at.
asio::awaitable<void> hang(context, std::shared_ptr<std::promise<void>> ended)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 10h);
    co_await timer.async_wait(asio::as_tuple(asio::deferred));
    ended->set_value();
}

// More than the kernel takes for a client that does not read.
asio::awaitable<tidings::response> answer_large(context, request const&)
{
    co_return tidings::response::text(std::string(32 * 1024 * 1024, 'x'));
}

asio::awaitable<void> start_and_follow(server& at, topic& made, channel<std::string>& parts, context ctx,
                                       request const&, event_stream& out)
{
    if (!out.last_event_id())
        at.spawn(produce, made, parts);
    co_await made.follow(ctx, out, from_oldest());
}

} // namespace

// The client that started it leaves; the work goes on, and who comes back gets the rest.
TEST_CASE("work in the background outlives the client that started it")
{
    topic made({.send_position = false});
    channel<std::string> parts(1);
    server_fixture fixture;
    fixture.routes().get(
        "/", std::bind_front(start_and_follow, std::ref(fixture.routes()), std::ref(made), std::ref(parts)));
    fixture.start();
    std::string last_id;
    {
        auto reading = ask(fixture);
        CHECK(parts.try_send(std::string("one")));
        auto const seen = reading.next_event();
        CHECK(seen->data() == "one");
        last_id = seen->id();
        reading.reset();
    }
    REQUIRE(fixture.wait_for_stats(no_handler_is_left));
    CHECK(parts.try_send(std::string("two")));
    auto back = ask(fixture, "/", "Last-Event-ID: " + last_id + "\r\n");
    CHECK(back.next_event()->data() == "two");
    parts.close();
    CHECK(back.next_event()->data() == "none"); // its context had not ended
}

// A stop tells the work, and waits until it has said its last word.
TEST_CASE("a stop ends work in the background and waits for it")
{
    topic made;
    channel<std::string> parts;
    server_fixture fixture;
    fixture.start();
    fixture.routes().spawn(produce, made, parts); // from another thread
    fixture.stop();
    CHECK(made.is_closed());
    CHECK(made.stats().published == 1);
}

// An exception is logged, and is nobody else's.
TEST_CASE("work in the background that fails")
{
    topic made;
    channel<std::string> parts(1);
    server_fixture fixture;
    fixture.start();
    fixture.routes().spawn(produce, made, parts);
    fixture.routes().spawn(fail_at_once);
    CHECK(fixture.wait_for_log("work in the background failed: out of paper"));
    CHECK(parts.try_send(std::string("still here")));
    parts.close();
    fixture.stop();
    CHECK(made.stats().published == 2);
}

// Work that does not look at its context is ended by terminal cancellation, within the drain time.
TEST_CASE("work in the background that hangs")
{
    auto const ended = std::make_shared<std::promise<void>>();
    server_fixture fixture;
    fixture.start();
    fixture.routes().spawn(hang, ended);
    auto const begin = std::chrono::steady_clock::now();
    fixture.stop();
    CHECK(std::chrono::steady_clock::now() - begin < 2s);
    CHECK(ended->get_future().wait_for(0s) == std::future_status::ready);
    CHECK(fixture.count_logged("has not ended") == 0);
}

// The streams and the work have the drain time side by side.
TEST_CASE("work in the background that hangs beside a client that stays")
{
    auto const ended = std::make_shared<std::promise<void>>();
    auto options = server_fixture::brisk();
    options.write_timeout = 1min;
    server_fixture fixture(options);
    fixture.routes().get("/large", answer_large);
    fixture.start();
    auto staying = fixture.connect();
    staying.get("/large");
    REQUIRE(fixture.wait_for_stats([](auto const& now) { return now.handlers == 0 && now.requests == 1; }));
    fixture.routes().spawn(hang, ended);
    fixture.stop();
    CHECK(ended->get_future().wait_for(0s) == std::future_status::ready);
    CHECK(fixture.count_logged("has not ended") == 0);
}
