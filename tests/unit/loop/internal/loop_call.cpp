// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/internal/loop_call.hpp>
#include <tidings/wait/internal/tasks.hpp>

#include "support/virtual_loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using tidings::test::virtual_loop;

namespace {

class counted_call final : public tidings::internal::loop_call
{
public:
    explicit counted_call(tidings::context const& ctx) : loop_call(tidings::internal::home_of(ctx)) {}
    explicit counted_call(asio::any_io_executor const& executor) : loop_call(executor) {}

    std::atomic<int> calls{0};
    int drops = 0;
    std::function<void()> also;

private:
    void on_turn() override
    {
        ++calls;
        if (also)
            also();
    }
    void on_dropped() noexcept override { ++drops; }
};

/// Keeps itself alive while its call is due.
class self_owned final : public tidings::internal::loop_call, public std::enable_shared_from_this<self_owned>
{
public:
    explicit self_owned(tidings::context const& ctx) : loop_call(tidings::internal::home_of(ctx)) {}

    void ask()
    {
        itself_ = shared_from_this();
        request();
    }

private:
    void on_turn() override { auto const last = std::move(itself_); }
    void on_dropped() noexcept override { auto const last = std::move(itself_); }

    std::shared_ptr<self_owned> itself_;
};

} // namespace

// However often it is asked for before it comes, it comes once, and never inside the request.
TEST_CASE("requests before the turn make one call")
{
    virtual_loop at;
    counted_call call(at.root.get());
    call.request();
    call.request();
    CHECK(call.is_requested());
    CHECK(call.calls == 0);
    at.settle();
    CHECK(call.calls == 1);
    CHECK_FALSE(call.is_requested());
    call.request();
    at.settle();
    CHECK(call.calls == 2);
}

// A turn that asks for a call makes it before it ends: Asio runs one handler for both.
TEST_CASE("a request inside a turn is answered in that turn")
{
    virtual_loop at;
    counted_call asked(at.root.get());
    counted_call asking(at.root.get());
    asking.also = [&] { asked.request(); };
    asking.request();
    CHECK(at.io.poll_one() == 1);
    CHECK(asking.calls == 1);
    CHECK(asked.calls == 1);
}

// The call is no longer due when it begins, so it can ask for the next.
TEST_CASE("a call may request another one")
{
    virtual_loop at;
    counted_call call(at.root.get());
    call.also = [&] {
        if (call.calls < 100)
            call.request();
    };
    call.request();
    at.settle();
    CHECK(call.calls == 100);
}

// What Asio calls may begin a turn of its own: all that it makes ready runs before Asio goes on.
TEST_CASE("a call in a turn of its own")
{
    virtual_loop at;
    counted_call woken(at.root.get());
    counted_call call(at.root.get());
    call.also = [&] {
        woken.request();
        CHECK(woken.calls == 0); // behind it, not inside it
    };
    asio::post(at.io, [&] { call.call_in_turn(); });
    CHECK(at.io.poll_one() == 1);
    CHECK(call.calls == 1);
    CHECK(woken.calls == 1);
    CHECK(at.io.poll_one() == 0);
}

// Where a turn is due already it keeps its place, and the call is made without one.
TEST_CASE("a call while a turn is due")
{
    virtual_loop at;
    counted_call first(at.root.get());
    counted_call second(at.root.get());
    counted_call call(at.root.get());
    first.request();
    call.also = [&] {
        second.request();
        CHECK(first.calls == 0);
    };
    call.call_in_turn();
    CHECK(call.calls == 1);
    CHECK(second.calls == 0);
    at.settle();
    CHECK(first.calls == 1);
    CHECK(second.calls == 1);
}

// An exception leaves what is ready for the next turn.
TEST_CASE("an exception out of a call in a turn")
{
    virtual_loop at;
    counted_call woken(at.root.get());
    counted_call call(at.root.get());
    call.also = [&] {
        woken.request();
        throw std::runtime_error("out");
    };
    CHECK_THROWS_AS(call.call_in_turn(), std::runtime_error);
    CHECK(woken.calls == 0);
    at.settle();
    CHECK(woken.calls == 1);
}

// Each request is answered by a call that begins after it.
TEST_CASE("requests from other threads are not lost")
{
    constexpr int requests = 2000;
    constexpr int threads = 3;
    asio::io_context io;
    std::atomic<int> made{0};
    int seen = 0;
    auto work = asio::make_work_guard(io);
    counted_call call(io.get_executor());
    call.also = [&] {
        seen = made;
        if (seen == requests * threads)
            work.reset();
    };
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i)
        running.emplace_back([&] {
            for (int request = 0; request < requests; ++request) {
                ++made;
                call.request();
            }
        });
    io.run(); // the test's time limit is the check
    for (std::thread& each : running)
        each.join();
    CHECK(seen == requests * threads);
    CHECK(call.calls >= 1);
    CHECK(call.calls <= requests * threads);
}

// Any execution context has a loop.
TEST_CASE("a call on a thread pool")
{
    asio::thread_pool pool(1);
    counted_call call(pool.get_executor());
    call.request();
    pool.wait();
    CHECK(call.calls == 1);
}

// What is due when the loop shuts down is dropped, so that nobody waits for it for ever.
TEST_CASE("a loop that shuts down drops its calls")
{
    auto at = std::make_unique<virtual_loop>();
    counted_call call(at->root.get());
    call.request();
    std::weak_ptr<self_owned> watched;
    {
        auto const kept = std::make_shared<self_owned>(at->root.get());
        kept->ask();
        watched = kept;
    }
    CHECK_FALSE(watched.expired());
    at.reset();
    CHECK(call.calls == 0);
    CHECK(call.drops == 1);
    CHECK_FALSE(call.is_requested());
    CHECK(watched.expired());
}
