// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/after.hpp>
#include <tidings/wait/select.hpp>

#include "support/virtual_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::after;
using tidings::context;
using tidings::duration;
using tidings::test::virtual_loop;

namespace {

struct outcome
{
    bool came;
    duration when;
    bool operator==(outcome const&) const = default;
};

asio::awaitable<void> pause(context ctx, virtual_loop& at, after& instant, std::vector<outcome>& seen)
{
    bool const came = co_await instant.wait(ctx);
    seen.push_back({came, at.elapsed()});
}

asio::awaitable<void> select_in_turns(context ctx, virtual_loop& at, bool keep, std::vector<duration>& seen)
{
    tidings::channel<int> never;
    tidings::ticker busy(4s);
    after kept(10s);
    for (int i = 0; i < 4; ++i) {
        if (keep) {
            auto next = co_await tidings::select(ctx, never, busy, kept);
            if (next.from(kept))
                seen.push_back(at.elapsed());
        } else {
            auto next = co_await tidings::select(ctx, never, busy, after(10s));
            if (!next.from(busy))
                seen.push_back(at.elapsed());
        }
    }
}

// A first select that another source wins, and the instant alone four seconds later.
asio::awaitable<void> lose_first(context ctx, virtual_loop& at, after& instant, duration& came)
{
    tidings::channel<int> ready(1);
    CHECK(ready.try_send(1));
    (void)co_await tidings::select_ordered(ctx, ready, instant);
    tidings::after pause(4s);
    (void)co_await pause.wait(ctx);
    (void)co_await instant.wait(ctx);
    came = at.elapsed();
}

} // namespace

// It comes once, at its instant; a later wait comes back false at once.
TEST_CASE("an instant comes once")
{
    virtual_loop at;
    std::vector<outcome> seen;
    after instant(30s);
    at.start_coroutine(pause(at.root, at, instant, seen));
    at.advance(60s);
    at.start_coroutine(pause(at.root, at, instant, seen));
    at.settle();
    CHECK(seen == std::vector<outcome>{{true, 30s}, {false, 60s}});
}

// Zero, the past and a given instant that is over are due at once.
TEST_CASE("an instant in the past is due at once")
{
    virtual_loop at;
    std::vector<outcome> seen;
    after zero(0s);
    after negative(-5s);
    after given(at.start - 1s);
    after exact(at.start + 1500us); // falls between two steps of the wheel
    for (after* each : {&zero, &negative, &given, &exact})
        at.start_coroutine(pause(at.root, at, *each, seen));
    at.settle();
    CHECK(seen == std::vector<outcome>{{true, 0s}, {true, 0s}, {true, 0s}});
    at.advance(1s);
    CHECK(seen.back() == outcome{true, 2ms});
}

// A variable keeps its instant over several selects; a temporary counts from its own select.
TEST_CASE("a kept instant and a temporary one differ in a loop of selects")
{
    for (bool const keep : {true, false}) {
        virtual_loop at;
        std::vector<duration> seen;
        at.start_coroutine(select_in_turns(at.root, at, keep, seen));
        at.advance(1h);
        CHECK(at.finished == 1);
        CHECK(seen == (keep ? std::vector<duration>{10s} : std::vector<duration>{}));
    }
}

// The first wait starts it also when it is never asked, because a source before it is ready.
TEST_CASE("a delay counts from a first select that another source wins")
{
    virtual_loop at;
    after instant(10s);
    duration came{};
    at.start_coroutine(lose_first(at.root, at, instant, came));
    at.advance(1h);
    CHECK(came == 10s);
}

// What lies beyond the end of the clock is never due.
TEST_CASE("an endless delay does not overflow")
{
    virtual_loop at;
    std::vector<outcome> seen;
    after never(duration::max());
    at.start_coroutine(pause(at.root, at, never, seen));
    at.advance(24h * 365);
    CHECK(seen.empty());
    at.root.cancel();
    at.settle();
    REQUIRE(seen.size() == 1);
    CHECK_FALSE(seen[0].came);
}
