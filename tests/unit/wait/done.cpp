// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/done.hpp>
#include <tidings/wait/select.hpp>

#include "support/virtual_loop.hpp"

#include <catch2/catch_test_macros.hpp>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::test::virtual_loop;

namespace {

asio::awaitable<void> await_end(context ctx, context other, int& came)
{
    tidings::done ended(other);
    bool const first = co_await ended.wait(ctx);
    came = first ? 1 : 0;
}

asio::awaitable<void> select_end(context ctx, context other, int& index)
{
    tidings::channel<int> never;
    auto next = co_await tidings::select(ctx, never, tidings::done(other));
    index = next.index();
}

} // namespace

// The end of another context is a source: before, during and after the wait; the own context wins.
TEST_CASE("the end of another context can be waited for")
{
    virtual_loop at;
    auto other = tidings::with_timeout(at.root, 10s);
    int came = -1;
    int index = -1;
    at.start_coroutine(await_end(at.root, other, came));
    at.start_coroutine(select_end(at.root, other, index));
    at.advance(9s);
    CHECK(came == -1);
    at.advance(1s);
    CHECK(came == 1);
    CHECK(index == 1);

    came = index = -1;
    at.start_coroutine(await_end(at.root, other, came)); // it stays ready
    at.start_coroutine(select_end(at.root, other, index));
    at.settle();
    CHECK(came == 1);
    CHECK(index == 1);

    auto second = context::root(at.io.get_executor());
    at.start_coroutine(await_end(at.root, second, came));
    at.start_coroutine(select_end(at.root, second, index));
    at.settle();
    at.root.cancel();
    at.settle();
    CHECK(came == 0);
    CHECK(index < 0);
    CHECK(at.finished == 6);
}

// A context may wait for its own end; which of the two it is told does not matter, but told it is.
TEST_CASE("waiting for one's own end comes back")
{
    virtual_loop at;
    int came = -1;
    at.start_coroutine(await_end(at.root, at.root, came));
    at.settle();
    CHECK(came == -1);
    at.root.cancel();
    at.settle();
    CHECK(came != -1);
}
