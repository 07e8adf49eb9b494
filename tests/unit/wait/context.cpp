// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/after.hpp>
#include <tidings/wait/context.hpp>

#include "support/virtual_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::context_scope;
using tidings::end_reason;
using tidings::test::virtual_loop;

namespace {

asio::awaitable<void> await_end(context ctx, virtual_loop& at, std::vector<tidings::duration>& ends)
{
    tidings::after never(1000h);
    if (!co_await never.wait(ctx))
        ends.push_back(at.elapsed());
}

asio::awaitable<void> hold_long_deadline(context ctx)
{
    auto limited = tidings::with_timeout(ctx, 24h);
    tidings::after soon(1ms);
    co_await soon.wait(limited);
}

} // namespace

// A context is a level: it has one reason, the first.
TEST_CASE("the first reason stays")
{
    virtual_loop at;
    context const ctx = at.root;
    CHECK_FALSE(ctx.is_done());
    CHECK(ctx.reason() == end_reason::none);
    at.root.cancel(end_reason::server_stopping);
    at.root.cancel(end_reason::client_gone);
    CHECK(ctx.is_done());
    CHECK(ctx.reason() == end_reason::server_stopping);
    CHECK(ctx.cause() == nullptr);
}

// Ending goes downwards with the reason, never upwards or sideways.
TEST_CASE("children end with their parent")
{
    virtual_loop at;
    auto middle = tidings::with_cancel(at.root);
    auto sibling = tidings::with_cancel(at.root);
    auto leaf = tidings::with_timeout(middle, 1h);
    middle.cancel(end_reason::client_gone);
    CHECK(leaf.reason() == end_reason::client_gone);
    CHECK_FALSE(at.root.is_done());
    CHECK_FALSE(sibling.is_done());
    at.root.cancel(end_reason::server_stopping);
    CHECK(sibling.reason() == end_reason::server_stopping);
    CHECK(leaf.reason() == end_reason::client_gone);
}

// Born under an ended parent, a child has ended already, with reason and cause.
TEST_CASE("the child of an ended parent has ended")
{
    virtual_loop at;
    tidings::internal::access::state(at.root.get())
        .end(end_reason::failed, std::make_exception_ptr(std::runtime_error("broken")));
    auto child = tidings::with_timeout(at.root, 1h);
    auto grandchild = tidings::with_cancel(child);
    CHECK(grandchild.reason() == end_reason::failed);
    CHECK_THROWS_AS(std::rethrow_exception(grandchild.cause()), std::runtime_error);
    CHECK_FALSE(at.home().next_due()); // and armed no timer
}

// A deadline ends the context at its instant, and wakes who waits.
TEST_CASE("a deadline ends a context")
{
    virtual_loop at;
    std::vector<tidings::duration> ends;
    auto limited = tidings::with_timeout(at.root, 30s);
    at.start_coroutine(await_end(limited, at, ends));
    at.advance(29'999ms);
    CHECK_FALSE(limited.is_done());
    at.advance(1ms);
    CHECK(limited.reason() == end_reason::deadline_exceeded);
    CHECK(ends == std::vector<tidings::duration>{30s});
    CHECK_FALSE(at.root.is_done());
}

// A later deadline than the parent's changes nothing, and the nearest one is told.
TEST_CASE("deadlines only ever shorten")
{
    virtual_loop at;
    CHECK(context(at.root).deadline() == std::nullopt);
    auto outer = tidings::with_timeout(at.root, 10s);
    auto inner = tidings::with_timeout(outer, 60s);
    auto innermost = tidings::with_cancel(inner);
    CHECK(innermost.deadline() == at.start + 10s);
    at.advance(10s);
    CHECK(innermost.reason() == end_reason::deadline_exceeded);
}

// A timeout of nothing has run out; one beyond the clock's end never does.
TEST_CASE("extreme timeouts are defined")
{
    virtual_loop at;
    CHECK(tidings::with_timeout(at.root, 0s).reason() == end_reason::deadline_exceeded);
    CHECK(tidings::with_timeout(at.root, -1h).reason() == end_reason::deadline_exceeded);
    auto endless = tidings::with_timeout(at.root, tidings::duration::max());
    CHECK(endless.deadline() == std::nullopt);
    at.advance(24h * 365);
    CHECK_FALSE(endless.is_done());
}

// Leaving a scope ends its context; a moved scope takes the end with it, and an overwritten one ends.
TEST_CASE("a scope owns the end of its context")
{
    virtual_loop at;
    std::optional<context_scope> scope(tidings::with_cancel(at.root));
    context const first = *scope;
    context_scope moved(std::move(*scope));
    scope.reset();
    CHECK_FALSE(first.is_done());

    context_scope other = tidings::with_cancel(at.root);
    context const second = other;
    CHECK(first == moved.get());
    CHECK_FALSE(first == second);
    moved = std::move(other);
    CHECK(first.reason() == end_reason::canceled);
    CHECK_FALSE(second.is_done());
    {
        context_scope const last(std::move(moved));
    }
    CHECK(second.reason() == end_reason::canceled);
}

// A scope that was left takes its deadline off the wheel.
TEST_CASE("a left scope leaves no timer")
{
    virtual_loop at;
    {
        auto limited = tidings::with_timeout(at.root, 1h);
        CHECK(at.home().next_due());
    }
    CHECK_FALSE(at.home().next_due());
}

// A deadline that nobody needs any more must not hold up a program (in real time, which is what run() waits
// for).
TEST_CASE("run returns although a long deadline was armed")
{
    asio::io_context io;
    auto root = context::root(io.get_executor());
    int finished = 0;
    asio::co_spawn(io, hold_long_deadline(root), [&](std::exception_ptr) { ++finished; });
    io.run(); // the test's time limit is the check
    CHECK(finished == 1);
}

// A context may outlive its loop: it still ends, and still answers.
TEST_CASE("a context may outlive its loop")
{
    std::optional<asio::io_context> io(std::in_place);
    auto root = context::root(io->get_executor());
    auto limited = tidings::with_timeout(root, 1h);
    io.reset();
    root.cancel();
    CHECK(limited.reason() == end_reason::canceled);
}

// Reasons can be logged.
TEST_CASE("every reason has a text")
{
    CHECK(tidings::to_string(end_reason::none) == "none");
    CHECK(tidings::to_string(end_reason::client_gone) == "client gone");
    CHECK(tidings::to_string(end_reason::deadline_exceeded) == "deadline exceeded");
    CHECK(tidings::to_string(end_reason::server_stopping) == "server stopping");
    CHECK(tidings::to_string(end_reason::canceled) == "canceled");
    CHECK(tidings::to_string(end_reason::handler_returned) == "handler returned");
    CHECK(tidings::to_string(end_reason::failed) == "failed");
}
