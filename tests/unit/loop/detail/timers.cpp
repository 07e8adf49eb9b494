// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/detail/timers.hpp>
#include <tidings/loop/internal/loop.hpp>

#include "support/job.hpp"
#include "support/virtual_loop.hpp"

#include <boost/asio/post.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::internal::loop;
using tidings::internal::spinlock;
using tidings::internal::timer_entry;
using tidings::test::job;
using tidings::test::virtual_loop;

namespace {

struct noted final : timer_entry
{
    noted(int name, std::vector<int>& seen) : name(name), seen(seen) {}
    void expire(std::unique_lock<spinlock>&) override { seen.push_back(name); }
    void drop() noexcept override { dropped = true; }

    int name;
    std::vector<int>& seen;
    bool dropped = false;
};

/// Pushes a job when its instant comes.
struct pushing final : timer_entry
{
    pushing(loop& at, job& what) : at(at), what(what) {}
    void expire(std::unique_lock<spinlock>&) override { at.push(what); }

    loop& at;
    job& what;
};

} // namespace

// Entries expire in the order of their instants, never early, and each at its own virtual instant.
TEST_CASE("virtual time steps from entry to entry")
{
    virtual_loop at;
    std::vector<int> seen;
    noted late(3, seen), soon(1, seen), middle(2, seen);
    at.home().set_timer(late, at.start + 72h);
    at.home().set_timer(soon, at.start + 1500us);
    at.home().set_timer(middle, at.start + 60s);
    at.home().advance_virtual_time(at.start + 1500us);
    CHECK(seen.empty()); // steps are milliseconds, rounded up
    at.advance(1ms);
    CHECK(seen == std::vector<int>{1});
    at.advance(100h);
    CHECK(seen == std::vector<int>{1, 2, 3});
    CHECK(at.elapsed() == 100h + 1ms + 1500us);
    at.home().advance_virtual_time(at.start); // never backwards
    CHECK(at.elapsed() == 100h + 1ms + 1500us);
}

// In real time run() waits for a timer that is armed, and not for one that was removed.
TEST_CASE("only armed timers hold up run")
{
    asio::io_context io;
    loop& home = loop::of(io.get_executor());
    std::vector<int> seen;
    noted soon(1, seen), never(2, seen);
    home.set_timer(never, tidings::clock::now() + 24h);
    home.set_timer(soon, tidings::clock::now() + 2ms);
    home.clear_timer(never);
    io.run();
    CHECK(seen == std::vector<int>{1});
    home.set_timer(never, tidings::clock::now() + 24h);
    home.clear_timer(never);
    io.restart();
    io.run(); // the test's time limit is the check
    CHECK(seen == std::vector<int>{1});
}

// An earlier entry arms anew; neither is lost.
TEST_CASE("an earlier timer overtakes an armed one")
{
    asio::io_context io;
    loop& home = loop::of(io.get_executor());
    std::vector<int> seen;
    noted second(2, seen), first(1, seen);
    home.set_timer(second, tidings::clock::now() + 20ms);
    home.set_timer(first, tidings::clock::now() + 2ms);
    io.run();
    CHECK(seen == std::vector<int>{1, 2});
}

// What a timer makes ready runs before its handler returns: no further turn is posted for it.
TEST_CASE("a timer begins a turn of its own")
{
    asio::io_context io;
    loop& home = loop::of(io.get_executor());
    std::vector<int> seen;
    job last([&] { seen.push_back(2); });
    job woken([&] {
        seen.push_back(1);
        home.push(last);
    });
    pushing alarm(home, woken);
    home.set_timer(alarm, tidings::clock::now() + 2ms);
    CHECK(io.run_one() == 1);
    CHECK(seen == std::vector<int>{1, 2});
}

// An exception of what a timer woke leaves the timers that are to come armed.
TEST_CASE("an exception in a timer's turn loses no timer")
{
    asio::io_context io;
    loop& home = loop::of(io.get_executor());
    std::vector<int> seen;
    job broken([] { throw std::runtime_error("broken"); });
    job woken([&] { seen.push_back(1); });
    pushing first(home, broken), second(home, woken);
    noted third(3, seen);
    auto const due = tidings::clock::now() + 2ms;
    home.set_timer(first, due);
    home.set_timer(second, due);
    home.set_timer(third, due + 20ms);
    CHECK_THROWS_AS(io.run(), std::runtime_error);
    CHECK(std::ranges::count(seen, 1) == 0);
    io.restart();
    io.run();
    std::ranges::sort(seen); // on a busy machine the third may be due with the first
    CHECK(seen == std::vector<int>{1, 3});
}

// What is no turn of ours may hold up the loop too: then its timers are late.
TEST_CASE("a late timer tells how long the loop was held up")
{
    asio::io_context io;
    loop& home = loop::of(io.get_executor());
    std::vector<int> seen;
    noted soon(1, seen);
    auto const due = tidings::clock::now() + 2ms;
    home.set_timer(soon, due);
    asio::post(io, [&] {
        while (tidings::clock::now() < due + 40ms) {
        }
    });
    io.run();
    CHECK(seen == std::vector<int>{1});
    CHECK(home.take_delay() >= 35ms); // an instant is due at the next millisecond
}

// A timer may be armed for an instant that has passed. It is late from then on, and not before.
TEST_CASE("a timer that is armed for the past is not late")
{
    asio::io_context io;
    loop& home = loop::of(io.get_executor());
    std::vector<int> seen;
    std::deque<noted> entries;
    for (int i = 0; i < 9; ++i)
        entries.emplace_back(i, seen);
    auto const start = tidings::clock::now();
    auto due = start + 10ms;
    SECTION("because it lies in the past")
    {
        io.run_for(30ms);
    }
    SECTION("because the slot of many timers is to be spread")
    {
        due = start + 250ms; // in the slot of 192 ms to 256 ms
        home.set_timer(entries[0], due);
        io.run_for(235ms);
    }
    auto const since = tidings::clock::now();
    for (noted& each : entries)
        if (!each.is_linked())
            home.set_timer(each, due);
    io.restart();
    io.run();
    CHECK(seen.size() == entries.size());
    CHECK(home.take_delay() <= tidings::clock::now() - since);
}

// Entries that are left when the loop ends are told to forget it.
TEST_CASE("a loop drops its timers when it ends")
{
    std::vector<int> seen;
    noted near(1, seen), far(2, seen);
    {
        virtual_loop at;
        at.home().set_timer(near, at.start + 1s);
        at.home().set_timer(far, tidings::time_point::max());
    }
    CHECK(near.dropped);
    CHECK(far.dropped);
    CHECK(seen.empty());
}
