// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/stream.hpp>
#include <tidings/wait/after.hpp>
#include <tidings/wait/bind.hpp>
#include <tidings/wait/spawn.hpp>
#include <tidings/wait/task_group.hpp>
#include <tidings/wait/ticker.hpp>

#include "support/what_of.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::cut_reason;
using tidings::end_reason;
using tidings::event_stream;
using tidings::request;
using tidings::test::what_of;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

asio::awaitable<void> count_seconds(context ctx, request const&, event_stream& out)
{
    tidings::ticker every_second(1s);
    for (int i = 1; co_await every_second.tick(ctx); ++i)
        co_await out.send({.id = std::to_string(i), .type = "count", .data = std::to_string(i)});
}

asio::awaitable<void> greet(context ctx, request const& asked, event_stream& out)
{
    co_await out.send({.data = "hello " + asked.param("name")});
    tidings::after never(10h);
    co_await never.wait(ctx);
    co_await out.send({.type = "farewell", .data = to_string(ctx.reason())});
}

asio::awaitable<void> be_silent(context ctx, request const&, event_stream&)
{
    tidings::after never(10h);
    co_await never.wait(ctx);
}

asio::awaitable<void> send_much_later(context ctx, request const&, event_stream& out)
{
    tidings::after pause(1s);
    co_await pause.wait(ctx);
    std::string const data(20, 'x');
    for (int i = 0; i < 10; ++i)
        co_await out.send({.data = data});
}

asio::awaitable<void> hang_in_asio(context, request const&, event_stream&)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 10h);
    co_await timer.async_wait(asio::deferred);
}

asio::awaitable<void> throw_before(context, request const&, event_stream&)
{
    throw std::runtime_error("before");
    co_return;
}

asio::awaitable<void> throw_after(context, request const&, event_stream& out)
{
    co_await out.send({.data = "one"});
    throw std::runtime_error("after");
}

asio::awaitable<void> note_end(context ctx, bool* has_ended)
{
    tidings::after never(10h);
    co_await never.wait(ctx);
    *has_ended = true;
}

asio::awaitable<void> spawn_and_return(bool* has_ended, context ctx, request const&, event_stream& out)
{
    tidings::spawn(ctx, note_end, has_ended);
    co_await out.send({.data = "started"});
}

asio::awaitable<void> hang_as_task(context)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 10h);
    co_await timer.async_wait(asio::deferred);
}

asio::awaitable<void> spawn_hanging(context ctx, request const&, event_stream& out)
{
    tidings::spawn(ctx, hang_as_task);
    co_await out.send({.data = "started"});
}

asio::awaitable<void> fail_as_task(context)
{
    throw std::runtime_error("the task");
    co_return;
}

asio::awaitable<void> fail_at_the_end(context ctx)
{
    tidings::after never(10h);
    co_await never.wait(ctx);
    throw std::runtime_error("at the end");
}

asio::awaitable<void> wait_bound(context ctx)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 10h);
    co_await timer.async_wait(tidings::bind(ctx, asio::deferred));
}

asio::awaitable<void> fail_beside_a_hanging_task(context ctx, request const&, event_stream& out)
{
    tidings::spawn(ctx, hang_as_task);
    tidings::spawn(ctx, fail_as_task);
    co_await out.send({.data = "started"});
}

asio::awaitable<void> hang_beside_a_failing_task(context ctx, request const& asked, event_stream& out)
{
    tidings::spawn(ctx, fail_as_task);
    co_await hang_in_asio(ctx, asked, out);
}

asio::awaitable<void> wait_bound_beside_a_failing_task(context ctx, request const&, event_stream& out)
{
    co_await out.send({.data = "started"});
    tidings::spawn(ctx, fail_as_task);
    co_await wait_bound(ctx);
}

asio::awaitable<void> spawn_failing_at_the_end(context ctx, request const&, event_stream& out)
{
    tidings::spawn(ctx, fail_at_the_end);
    co_await out.send({.data = "started"});
}

asio::awaitable<void> refuse_and_wait_bound(context ctx, request const&, event_stream& out)
{
    co_await out.reject(404, "no such build");
    co_await wait_bound(ctx);
}

asio::awaitable<void> note_when_cancelled(context, bool* has_ended)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 10h);
    boost::system::error_code cancelled;
    co_await timer.async_wait(asio::redirect_error(asio::deferred, cancelled));
    *has_ended = true;
}

asio::awaitable<void> wait_for_a_group(bool* all_had_ended, context ctx, request const&, event_stream&)
{
    bool has_ended = false;
    tidings::task_group group(ctx);
    group.spawn(note_when_cancelled, &has_ended);
    co_await group.wait();
    *all_had_ended = has_ended;
}

asio::awaitable<tidings::response> tell_plainly(context, request const& asked)
{
    co_return tidings::response::text("you asked " + std::string(asked.path()));
}

} // namespace

// Opening returns at the first wait; a minute passes in one call; events are values.
TEST_CASE("a handler runs in virtual time")
{
    virtual_time time;
    stream client(time, count_seconds, request::get("/count"));
    CHECK(client.events().empty());
    CHECK_FALSE(client.head());
    time.advance(60s);
    REQUIRE(client.events().size() == 60);
    CHECK(client.events()[2] == tidings::received_event("3", "count", "3"));
    CHECK(client.next_event()->data() == "1");
    CHECK(client.next_event()->data() == "2");
    CHECK(client.head()->status() == 200);
    CHECK(client.head()->header("Content-Type") == "text/event-stream");
}

// What the handler sends before it first waits is there when the stream is.
TEST_CASE("opening runs the handler to its first wait")
{
    virtual_time time;
    stream client(time, greet, request::get("/greet").with_param("name", "Ada"));
    REQUIRE(client.events().size() == 1);
    CHECK(client.next_event()->data() == "hello Ada");
    CHECK_FALSE(client.next_event());
    CHECK_FALSE(client.is_over());
    CHECK(client.reason() == end_reason::none);
}

// A client that leaves ends the context, and gets nothing any more.
TEST_CASE("the client leaves")
{
    virtual_time time;
    stream client(time, greet, request::get("/greet"));
    client.leave();
    CHECK(client.is_over());
    CHECK(client.reason() == end_reason::client_gone);
    CHECK(client.events().size() == 1);
    CHECK_FALSE(client.failure());
}

// A server that stops lets the handler say farewell.
TEST_CASE("the server stops")
{
    virtual_time time;
    stream client(time, greet, request::get("/greet"));
    client.stop_server();
    CHECK(client.is_over());
    CHECK(client.reason() == end_reason::server_stopping);
    REQUIRE(client.events().size() == 2);
    CHECK(client.events()[1].data() == "server stopping");
}

// The keep-alive of a silent stream, at its default of fifteen seconds.
TEST_CASE("a silent stream is kept alive")
{
    virtual_time time;
    stream client(time, be_silent, request::get("/"));
    time.advance(14999ms);
    CHECK(client.comments().empty());
    CHECK_FALSE(client.head());
    time.advance(60s);
    CHECK(client.comments() == std::vector<std::string>(4, "ping"));
    CHECK(client.text().starts_with(": ping\n\n"));
    CHECK(client.head());
}

// A client that does not read holds the handler up, and is let go at the write deadline.
TEST_CASE("a slow reader holds the handler up until the write deadline")
{
    virtual_time time;
    stream client(time, greet, request::get("/"));
    client.stop_reading(10);
    client.stop_server(); // the farewell waits for room
    CHECK_FALSE(client.is_over());
    time.advance(5s);
    CHECK_FALSE(client.is_over());
    SECTION("it reads on in time")
    {
        client.resume_reading();
        CHECK(client.is_over());
        CHECK(client.events().size() == 2);
        CHECK_FALSE(client.why_cut());
    }
    SECTION("it does not")
    {
        time.advance(5s);
        CHECK(client.is_over());
        CHECK(client.why_cut() == cut_reason::write_timeout);
        CHECK(client.events().size() == 1);
    }
}

// A stop between any two bytes loses and doubles nothing.
TEST_CASE("a reader that stops at any byte gets everything")
{
    virtual_time time;
    stream undisturbed(time, send_much_later, request::get("/"));
    time.advance(1s);
    REQUIRE(undisturbed.is_over());
    REQUIRE(undisturbed.events().size() == 10);
    for (std::size_t at = 0; at <= undisturbed.text().size(); ++at) {
        stream stopped(time, send_much_later, request::get("/"));
        stopped.stop_reading(at);
        time.advance(1s);
        REQUIRE(stopped.text().size() == at);
        stopped.resume_reading();
        CHECK(stopped.text() == undisturbed.text());
        CHECK(stopped.is_over());
    }
}

// A handler that waits outside its context gets terminal cancellation within the grace period.
TEST_CASE("a handler in a raw wait is ended by the backstop")
{
    virtual_time time;
    stream client(time, hang_in_asio, request::get("/"));
    client.leave();
    CHECK_FALSE(client.is_over());
    time.advance(1s);
    CHECK(client.is_over());
    CHECK_FALSE(client.is_abandoned());
    CHECK_FALSE(client.failure());
}

// A handler's exceptions: before the head a 500, after it a cut, with last words where they are given.
TEST_CASE("exceptions of the handler")
{
    virtual_time time;
    SECTION("before the head")
    {
        stream client(time, throw_before, request::get("/"));
        REQUIRE(client.answer());
        CHECK(client.answer()->status() == 500);
        CHECK(client.head()->status() == 500);
        CHECK(client.failure());
        CHECK_FALSE(client.why_cut());
    }
    SECTION("after the head")
    {
        tidings::server_options options;
        options.on_handler_error = [](std::exception_ptr, request const&) {
            return tidings::event_text({.type = "error", .data = "sorry"});
        };
        stream client(time, throw_after, request::get("/"), options);
        CHECK(client.is_over());
        CHECK(client.why_cut() == cut_reason::handler_failed);
        REQUIRE(client.events().size() == 2);
        CHECK(client.events()[1].type() == "error");
        CHECK_THROWS_AS(std::rethrow_exception(client.failure()), std::runtime_error);
    }
}

// When the handler returns, what it spawned is told to end, and joined.
TEST_CASE("spawned tasks are joined")
{
    virtual_time time;
    bool has_ended = false;
    stream client(time, std::bind_front(spawn_and_return, &has_ended), request::get("/"));
    CHECK(has_ended);
    CHECK(client.is_over());
    CHECK(client.reason() == end_reason::handler_returned);
}

// A task that waits outside its context is ended by the backstop; the stream does not end before it.
TEST_CASE("a hanging task is waited for until the backstop ends it")
{
    virtual_time time;
    stream client(time, spawn_hanging, request::get("/"));
    CHECK_FALSE(client.is_over());
    time.advance(1s);
    CHECK(client.is_over());
    CHECK_FALSE(client.is_abandoned());
}

// A task that fails ends the context too, and the backstop comes for whoever does not look at it.
TEST_CASE("a task that fails, and a sibling that hangs")
{
    virtual_time time;
    stream client(time, fail_beside_a_hanging_task, request::get("/"));
    CHECK_FALSE(client.is_over());
    time.advance(1s);
    CHECK(client.is_over());
    CHECK_FALSE(client.is_abandoned());
    CHECK(what_of(client.failure()) == "the task");
}

TEST_CASE("a task that fails while its handler hangs")
{
    virtual_time time;
    stream client(time, hang_beside_a_failing_task, request::get("/"));
    CHECK(client.reason() == end_reason::failed);
    CHECK_FALSE(client.is_over());
    time.advance(1s);
    CHECK(client.is_over());
    CHECK_FALSE(client.is_abandoned());
    CHECK(what_of(client.failure()) == "the task");
}

// The handler's operation is aborted because the task has failed: the task's exception is the reason.
TEST_CASE("a task that fails while its handler waits for Asio")
{
    virtual_time time;
    stream client(time, wait_bound_beside_a_failing_task, request::get("/"));
    CHECK(client.is_over());
    CHECK(client.why_cut() == cut_reason::handler_failed);
    CHECK(what_of(client.failure()) == "the task");
}

// An exception that comes when the context has ended already is nobody else's news.
TEST_CASE("a task that fails at the end")
{
    virtual_time time;
    stream client(time, spawn_failing_at_the_end, request::get("/"));
    CHECK(client.is_over());
    CHECK(client.reason() == end_reason::handler_returned);
    CHECK(what_of(client.failure()) == "at the end");
}

// The backstop reaches the handler's wait before the group's tasks: it goes on waiting.
TEST_CASE("a group is waited for until its last task has ended")
{
    virtual_time time;
    bool all_had_ended = false;
    stream client(time, std::bind_front(wait_for_a_group, &all_had_ended), request::get("/"));
    client.leave();
    time.advance(1s);
    CHECK(client.is_over());
    CHECK(all_had_ended);
}

// What has been answered is sent, whatever the handler waits for behind it.
TEST_CASE("a handler that is aborted behind its answer")
{
    virtual_time time;
    stream client(time, refuse_and_wait_bound, request::get("/"));
    client.stop_server();
    CHECK(client.is_over());
    REQUIRE(client.head());
    CHECK(client.head()->status() == 404);
    CHECK_FALSE(client.failure());
}

// Plain handlers answer with their response.
TEST_CASE("a plain handler answers")
{
    virtual_time time;
    stream client(time, tell_plainly, request::get("/plain"));
    CHECK(client.is_over());
    REQUIRE(client.answer());
    CHECK(client.text() == "you asked /plain");
    CHECK(client.head()->header("Content-Length") == "16");
}
