// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/stream.hpp>
#include <tidings/wait/after.hpp>
#include <tidings/wait/spawn.hpp>
#include <tidings/wait/task_group.hpp>

#include "handlers.hpp"
#include "support/what_of.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::cut_reason;
using tidings::end_reason;
using tidings::event_stream;
using tidings::request;
using tidings::test::hang_in_asio;
using tidings::test::wait_bound;
using tidings::test::what_of;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

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

asio::awaitable<void> note_when_canceled(context, bool* has_ended)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 10h);
    boost::system::error_code canceled;
    co_await timer.async_wait(asio::redirect_error(asio::deferred, canceled));
    *has_ended = true;
}

asio::awaitable<void> wait_for_a_group(bool* all_had_ended, context ctx, request const&, event_stream&)
{
    bool has_ended = false;
    tidings::task_group group(ctx);
    group.spawn(note_when_canceled, &has_ended);
    co_await group.wait();
    *all_had_ended = has_ended;
}

} // namespace

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
