// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/channel.hpp>
#include <tidings/wait/detail/loop.hpp>

#include "support/virtual_loop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::detail::loop;
using tidings::detail::run_node;
using tidings::detail::small_lock;
using tidings::detail::timer_entry;
using tidings::test::virtual_loop;

namespace {

struct noted : timer_entry
{
    noted(int name, std::vector<int>& seen) : name(name), seen(seen) {}
    void expire(std::unique_lock<small_lock>&) override { seen.push_back(name); }
    void drop() noexcept override { dropped = true; }

    int name;
    std::vector<int>& seen;
    bool dropped = false;
};

struct job : run_node
{
    explicit job(std::function<void()> what) : what(std::move(what)) {}
    void run() override { what(); }
    std::function<void()> what;
};

/// Pushes a job when its instant comes.
struct pushing : timer_entry
{
    pushing(loop& at, job& what) : at(at), what(what) {}
    void expire(std::unique_lock<small_lock>&) override { at.push(what); }

    loop& at;
    job& what;
};

void add(loop& at, timer_entry& entry, tidings::time_point when)
{
    std::lock_guard const guard(at.timer_lock());
    at.add_timer(entry, when);
}

void remove(loop& at, timer_entry& entry)
{
    std::lock_guard const guard(at.timer_lock());
    at.remove_timer(entry);
}

asio::awaitable<void> receive_ready(tidings::context ctx, tidings::channel<int> full, int& received)
{
    while (auto value = co_await full.receive(ctx)) {
        ++received;
        (void)full.try_send(1);
    }
}

} // namespace

// An io_context has one loop, whichever of its executors asks.
TEST_CASE("one loop for each execution context")
{
    asio::io_context io;
    asio::io_context other;
    CHECK(&loop::of(io.get_executor()) == &loop::of(asio::make_strand(io)));
    CHECK(&loop::of(io.get_executor()) != &loop::of(other.get_executor()));
}

// Entries expire in the order of their instants, never early, and each at its own virtual instant.
TEST_CASE("virtual time steps from entry to entry")
{
    virtual_loop at;
    std::vector<int> seen;
    noted late(3, seen), soon(1, seen), middle(2, seen);
    add(at.home(), late, virtual_loop::start + 72h);
    add(at.home(), soon, virtual_loop::start + 1500us);
    add(at.home(), middle, virtual_loop::start + 60s);
    at.home().advance_virtual_time(virtual_loop::start + 1500us);
    CHECK(seen.empty()); // steps are milliseconds, rounded up
    at.advance(1ms);
    CHECK(seen == std::vector<int>{1});
    at.advance(100h);
    CHECK(seen == std::vector<int>{1, 2, 3});
    CHECK(at.elapsed() == 100h + 1ms + 1500us);
    at.home().advance_virtual_time(virtual_loop::start); // never backwards
    CHECK(at.elapsed() == 100h + 1ms + 1500us);
}

// What was pushed in a turn runs behind what was ready before, in the same turn.
TEST_CASE("a push during a turn goes to its end")
{
    virtual_loop at;
    std::vector<int> order;
    job third([&] { order.push_back(3); });
    job first([&] {
        order.push_back(1);
        at.home().push(third);
    });
    job second([&] { order.push_back(2); });
    at.home().push(first);
    at.home().push(second);
    CHECK(at.io.poll_one() == 1);
    CHECK(order == std::vector<int>{1, 2, 3});
}

// A node that pushes itself over and over leaves the thread to Asio after a bounded number of times.
TEST_CASE("a turn is bounded")
{
    virtual_loop at;
    int runs = 0;
    int runs_at_post = 0;
    std::function<void()> again;
    job endless([&] { again(); });
    again = [&] {
        if (++runs == 1)
            asio::post(at.io, [&] { runs_at_post = runs; });
        if (runs < 100'000)
            at.home().push(endless);
    };
    at.home().push(endless);
    at.settle();
    CHECK(runs == 100'000);
    CHECK(runs_at_post <= 200);
}

// A coroutine whose waits are always ready leaves the thread to others after a bounded number of them.
TEST_CASE("ready waits do not starve Asio")
{
    virtual_loop at;
    tidings::channel<int> full(1);
    CHECK(full.try_send(1));
    int received = 0;
    at.start_coroutine(receive_ready(at.root, full, received));
    at.io.restart();
    while (received < 1000)
        at.io.poll_one();
    bool had_turn = false;
    int const before = received;
    asio::post(at.io, [&] { had_turn = true; });
    while (!had_turn)
        at.io.poll_one();
    CHECK(received - before <= 2000);
    at.root.cancel();
    at.settle();
    CHECK(at.finished == 1);
}

// An exception goes to whoever runs the loop; what it left undone is done in the next turn.
TEST_CASE("an exception does not lose the rest of a turn")
{
    virtual_loop at;
    std::vector<int> order;
    job first([&] { order.push_back(1); });
    job broken([] { throw std::runtime_error("broken"); });
    job last([&] { order.push_back(2); });
    for (job* each : {&first, &broken, &last})
        at.home().push(*each);
    CHECK_THROWS_AS(at.settle(), std::runtime_error);
    at.settle();
    CHECK(order == std::vector<int>{1, 2});
}

// In real time run() waits for a timer that is armed, and not for one that was removed.
TEST_CASE("only armed timers hold up run")
{
    asio::io_context io;
    loop& home = loop::of(io.get_executor());
    std::vector<int> seen;
    noted soon(1, seen), never(2, seen);
    add(home, never, tidings::clock::now() + 24h);
    add(home, soon, tidings::clock::now() + 2ms);
    remove(home, never);
    io.run();
    CHECK(seen == std::vector<int>{1});
    add(home, never, tidings::clock::now() + 24h);
    remove(home, never);
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
    add(home, second, tidings::clock::now() + 20ms);
    add(home, first, tidings::clock::now() + 2ms);
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
    add(home, alarm, tidings::clock::now() + 2ms);
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
    add(home, first, due);
    add(home, second, due);
    add(home, third, due + 20ms);
    CHECK_THROWS_AS(io.run(), std::runtime_error);
    CHECK(std::ranges::count(seen, 1) == 0);
    io.restart();
    io.run();
    std::ranges::sort(seen); // on a busy machine the third may be due with the first
    CHECK(seen == std::vector<int>{1, 3});
}

// What holds the others up is a turn that takes long, or a timer that comes late; whoever asks begins anew.
TEST_CASE("a loop tells how long it was held up")
{
    virtual_loop at;
    CHECK(at.home().take_delay() == 0ms);
    job slow([&] { at.home().advance_virtual_time(at.now() + 300ms); });
    job quick([] {});
    at.home().run_in_turn(quick);
    at.home().run_in_turn(slow);
    at.home().run_in_turn(quick);
    CHECK(at.home().take_delay() == 300ms);
    CHECK(at.home().take_delay() == 0ms);
}

// Entries that are left when the loop ends are told to forget it.
TEST_CASE("a loop drops its timers when it ends")
{
    std::vector<int> seen;
    noted near(1, seen), far(2, seen);
    {
        virtual_loop at;
        add(at.home(), near, virtual_loop::start + 1s);
        add(at.home(), far, tidings::time_point::max());
    }
    CHECK(near.dropped);
    CHECK(far.dropped);
    CHECK(seen.empty());
}
