// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/ticker.hpp>

#include "support/virtual_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::duration;
using tidings::ticker;
using tidings::test::virtual_loop;

namespace {

asio::awaitable<void> note_ticks(context ctx, virtual_loop& at, duration period, std::vector<duration>& seen)
{
    ticker rhythm(period);
    while (co_await rhythm.tick(ctx))
        seen.push_back(at.elapsed());
}

asio::awaitable<void> note_one(context ctx, virtual_loop& at, ticker& rhythm, std::vector<duration>& seen)
{
    bool const ticked = co_await rhythm.tick(ctx);
    if (ticked)
        seen.push_back(at.elapsed());
}

} // namespace

// The n-th tick comes n periods after the first wait.
TEST_CASE("a ticker ticks in an even rhythm")
{
    virtual_loop at;
    std::vector<duration> seen;
    at.start_coroutine(note_ticks(at.root, at, 20s, seen));
    at.advance(60s);
    CHECK(seen == std::vector<duration>{20s, 40s, 60s});
    at.root.cancel();
    at.settle();
    CHECK(at.finished == 1);
}

// A period that is no whole number of the wheel's steps is rounded tick by tick, never summed up.
TEST_CASE("a ticker does not drift")
{
    virtual_loop at;
    std::vector<duration> seen;
    at.start_coroutine(note_ticks(at.root, at, 1'000'300us, seen));
    at.advance(10'003ms);
    REQUIRE(seen.size() == 10);
    for (std::size_t i = 0; i < seen.size(); ++i) {
        duration const due = (i + 1) * duration(1'000'300us);
        CHECK(seen[i] >= due);
        CHECK(seen[i] < due + 1ms);
    }
}

// Ticks that nobody looked at are dropped: one comes at once, and the next one is in the old rhythm.
TEST_CASE("a ticker drops the ticks of a pause")
{
    virtual_loop at;
    std::vector<duration> seen;
    ticker rhythm(10s);
    at.start_coroutine(note_one(at.root, at, rhythm, seen));
    at.advance(10s);
    at.advance(25s); // nobody waits: the ticks at 20 s and 30 s pass
    for (int i = 0; i < 2; ++i)
        at.start_coroutine(note_one(at.root, at, rhythm, seen)), at.settle(), at.advance(i == 0 ? 0s : 60s);
    CHECK(seen == std::vector<duration>{10s, 35s, 40s});
}

// The rhythm starts with the first wait, not with the construction.
TEST_CASE("a ticker starts when it is first waited for")
{
    virtual_loop at;
    std::vector<duration> seen;
    ticker rhythm(10s);
    at.advance(7s);
    at.start_coroutine(note_one(at.root, at, rhythm, seen));
    at.advance(60s);
    CHECK(seen == std::vector<duration>{17s});
}

// A period of nothing would tick for ever at one instant.
TEST_CASE("a ticker refuses a period that is not positive")
{
    CHECK_THROWS_AS(ticker(0s), std::invalid_argument);
    CHECK_THROWS_AS(ticker(-1ns), std::invalid_argument);
    CHECK(ticker(1ns).period() == 1ns);
}

// The longest period there is never comes, and nothing overflows on the way.
TEST_CASE("a ticker may have an endless period")
{
    virtual_loop at;
    std::vector<duration> seen;
    at.start_coroutine(note_ticks(at.root, at, duration::max(), seen));
    at.advance(24h);
    CHECK(seen.empty());
    CHECK(at.finished == 0);
}

// The end of the context ends the wait at once, and a later wait does not begin.
TEST_CASE("a ticker ends with its context")
{
    virtual_loop at;
    std::vector<duration> seen;
    at.start_coroutine(note_ticks(at.root, at, 1h, seen));
    at.settle();
    at.root.cancel();
    at.settle();
    CHECK(at.finished == 1);
    at.start_coroutine(note_ticks(at.root, at, 1h, seen));
    at.settle();
    CHECK(at.finished == 2);
    CHECK(seen.empty());
}
