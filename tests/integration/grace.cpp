// SPDX-License-Identifier: BSL-1.0
#include "handlers.hpp"
#include "one_route.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <functional>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::context;
using tidings::event_stream;
using tidings::request;
using tidings::response;
using tidings::server_stats;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

// Waits in an operation that no cancellation reaches, until the test lets it go.
asio::awaitable<void> ignore_everything(std::atomic<asio::steady_timer*>* let_go, context, request const&,
                                        event_stream& out)
{
    co_await out.open();
    asio::steady_timer timer(co_await asio::this_coro::executor, 10h);
    *let_go = &timer;
    asio::cancellation_slot const none;
    co_await timer.async_wait(asio::bind_cancellation_slot(none, asio::deferred));
}

// The same as a plain handler, where cancellation would reach it.
asio::awaitable<response> hang_plainly(context, request const&)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 10h);
    co_await timer.async_wait(asio::deferred);
    co_return response::text("late");
}

// Tries again whatever happens, as badly written loops do.
asio::awaitable<void> retry_for_ever(std::atomic<bool>* is_enough, context, request const&, event_stream& out)
{
    co_await out.open();
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (!*is_enough) {
        try {
            timer.expires_after(10h);
            co_await timer.async_wait(asio::deferred);
        } catch (...) {
        }
    }
}

} // namespace

// A handler in a raw Asio wait, which its context does not reach, gets terminal cancellation: gone within the
// grace period, without a word.
TEST_CASE("a handler in a raw wait is gone within the grace period")
{
    one_route fixture(hang_in_asio);
    auto client = ask(fixture);
    auto const left = std::chrono::steady_clock::now();
    client.reset();
    CHECK(fixture.wait_for_stats(nothing_is_left));
    CHECK(std::chrono::steady_clock::now() - left < 1s); // grace is 200 ms
    CHECK(fixture.stats().handlers_abandoned == 0);
    CHECK(fixture.stats().handlers_failed == 0);
    CHECK(fixture.log().empty());
}

// So is one that makes a plain answer, for a client that has gone before it.
TEST_CASE("a plain handler in a raw wait is gone within the grace period")
{
    one_route fixture(hang_plainly);
    auto client = fixture.connect();
    client.get("/");
    REQUIRE(fixture.wait_for_stats([](server_stats const& now) { return now.handlers == 1; }));
    client.reset();
    CHECK(fixture.wait_for_stats(nothing_is_left));
    CHECK(fixture.stats().handlers_abandoned == 0);
    CHECK(fixture.stats().handlers_failed == 0);
    CHECK(fixture.log().empty());
}

// The same while the server stops: the client sees a proper end.
TEST_CASE("a handler in a raw wait ends with the server")
{
    one_route fixture(hang_in_asio);
    auto client = ask(fixture);
    fixture.stop();
    CHECK_FALSE(client.next_event());
    CHECK(client.is_body_complete());
    CHECK(client.wait_for_end() == client::ending::closed);
}

// One that cannot be ended loses its connection and its place, is counted and logged once, and its frame
// lives until its operation ends.
TEST_CASE("a handler that cannot be ended loses its connection")
{
    std::atomic<asio::steady_timer*> let_go{nullptr};
    one_route fixture(std::bind_front(ignore_everything, &let_go));
    auto client = ask(fixture);
    client.reset();
    CHECK(fixture.wait_for_log("has not returned within the grace period"));
    CHECK(fixture.wait_for_stats(
        [](server_stats const& now) { return now.connections == 0 && now.streams == 0; }));
    CHECK(fixture.stats().handlers == 1);
    asio::post(let_go.load()->get_executor(), [&] { let_go.load()->cancel(); });
    CHECK(fixture.wait_for_stats(nothing_is_left));
    CHECK(fixture.stats().handlers_abandoned == 1);
    CHECK(fixture.count_logged("has not returned within the grace period") == 1);
}

// A loop that swallows its cancellations does not seize the thread: others are served, and the backstop comes
// back every grace period.
TEST_CASE("a retry loop is canceled again and again")
{
    std::atomic<bool> is_enough{false};
    server_fixture fixture;
    fixture.routes().get("/", std::bind_front(retry_for_ever, &is_enough));
    fixture.routes().get("/plain", answer_plainly);
    fixture.start();
    auto stubborn = ask(fixture);
    stubborn.reset();
    CHECK(fixture.wait_for_log("has not returned within the grace period"));
    auto other = ask(fixture, "/plain");
    is_enough = true;
    CHECK(fixture.wait_for_stats(no_handler_is_left));
    CHECK(fixture.count_logged("has not returned within the grace period") == 1);
}
