// SPDX-License-Identifier: BSL-1.0
// Durations and instants at their ends.
#include <tidings/loop/internal/loop_timer.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/wait/internal/tasks.hpp>
#include <tidings/wait/select.hpp>

#include "support/virtual_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::after;
using tidings::context;
using tidings::duration;
using tidings::later;
using tidings::time_point;
using tidings::test::virtual_loop;

namespace {

asio::awaitable<void> note(context ctx, virtual_loop& at, after& moment, std::vector<duration>& came)
{
    bool const has_come = co_await moment.wait(ctx);
    if (has_come)
        came.push_back(at.elapsed());
}

asio::awaitable<void> note_select(context ctx, virtual_loop& at, duration delay, std::vector<duration>& came)
{
    tidings::channel<int> never;
    after moment(delay);
    auto next = co_await tidings::select(ctx, never, moment);
    if (next)
        came.push_back(at.elapsed());
}

asio::awaitable<void> note_ticks(context ctx, virtual_loop& at, duration period, std::vector<duration>& came)
{
    tidings::ticker rhythm(period);
    while (co_await rhythm.tick(ctx))
        came.push_back(at.elapsed());
}

/// Counts its calls.
struct counted_timer : tidings::internal::loop_timer
{
    explicit counted_timer(context const& ctx) : loop_timer(tidings::internal::home_of(ctx)) {}
    int calls = 0;

private:
    void on_time() override { ++calls; }
};

} // namespace

// An instant never wraps: what is further away than the clock reaches is the end of time.
TEST_CASE("the sum of an instant and a duration")
{
    time_point const now{24h};
    CHECK(later(now, 1s) == now + 1s);
    CHECK(later(now, duration(-1)) == now - duration(1));
    CHECK(later(now, duration::min()) < now);
    CHECK(later(now, duration::max()) == time_point::max());
    CHECK(later(time_point::max(), 1ns) == time_point::max());
    CHECK(later(time_point::max(), duration::max()) == time_point::max());
}

// Delays at their ends: what is not positive is due at once, the shortest within a step of the wheel, the
// longest never.
TEST_CASE("delays at their ends")
{
    for (duration const delay : {duration::min(), duration(-1), duration(0)}) {
        virtual_loop at;
        std::vector<duration> came;
        after moment(delay);
        at.start_coroutine(note(at.root, at, moment, came));
        at.start_coroutine(note_select(at.root, at, delay, came));
        at.settle();
        CHECK(came == std::vector<duration>{0s, 0s});
    }
    virtual_loop at;
    std::vector<duration> came;
    after shortest(duration(1));
    after longest(duration::max());
    after end_of_time(time_point::max());
    after long_ago(time_point::min());
    at.start_coroutine(note(at.root, at, shortest, came));
    at.advance(1ms);
    CHECK(came == std::vector<duration>{1ms});
    at.start_coroutine(note(at.root, at, long_ago, came));
    at.settle();
    CHECK(came.size() == 2);
    at.start_coroutine(note(at.root, at, longest, came));
    at.start_coroutine(note(at.root, at, end_of_time, came));
    at.start_coroutine(note_select(at.root, at, duration::max(), came));
    at.advance(24h * 365 * 100);
    CHECK(came.size() == 2);
    at.root.cancel();
    at.settle();
    CHECK(at.finished == 5);
}

// The same for a rhythm; a period that is not positive is none.
TEST_CASE("periods at their ends")
{
    virtual_loop at;
    std::vector<duration> came;
    at.start_coroutine(note_ticks(at.root, at, duration::max(), came));
    at.start_coroutine(note_ticks(at.root, at, duration::max() - 1ns, came));
    at.advance(24h * 365 * 100);
    CHECK(came.empty());
    at.start_coroutine(note_ticks(at.root, at, 1ns, came));
    at.advance(3ms);
    CHECK(came.size() == 3); // those between were not looked at
    at.root.cancel();
    at.settle();
    CHECK(at.finished == 3);
}

// A limit at its ends: it has run out already, runs out within a step of the wheel, or never does.
TEST_CASE("limits at their ends")
{
    virtual_loop at;
    for (duration const limit : {duration::min(), duration(-1), duration(0)})
        CHECK(tidings::with_timeout(at.root, limit).reason() == tidings::end_reason::deadline_exceeded);
    CHECK(tidings::with_deadline(at.root, time_point::min()).is_done());
    auto const shortest = tidings::with_timeout(at.root, 1ns);
    auto const longest = tidings::with_timeout(at.root, duration::max());
    auto const longest_but_one = tidings::with_deadline(at.root, time_point::max() - 1ns);
    CHECK_FALSE(shortest.is_done());
    at.advance(1ms);
    CHECK(shortest.is_done());
    CHECK_FALSE(longest.deadline());
    at.advance(24h * 365 * 100);
    CHECK_FALSE(longest.is_done());
    CHECK_FALSE(longest_but_one.is_done());
}

// An object's timer at the ends of time.
TEST_CASE("timers at the ends of time")
{
    virtual_loop at;
    counted_timer timer(at.root);
    timer.set(time_point::max());
    at.advance(24h * 365 * 100);
    CHECK(timer.calls == 0);
    timer.set(time_point::min());
    at.advance(0s);
    CHECK(timer.calls == 1);
    timer.set(time_point::max());
    timer.clear();
    CHECK_FALSE(at.home().next_due());
}

// A real loop sleeps until the first instant, also where that is the end of time: it does not turn for ever.
TEST_CASE("a loop with nothing due but the end of time sleeps")
{
    asio::io_context io;
    auto root = context::root(io.get_executor());
    counted_timer timer(root);
    timer.set(time_point::max());
    CHECK(io.poll() == 0);
    CHECK(io.poll() == 0);
    CHECK(timer.calls == 0);
}
