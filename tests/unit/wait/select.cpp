// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/after.hpp>
#include <tidings/wait/select.hpp>

#include "support/virtual_loop.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::channel;
using tidings::context;
using tidings::select;
using tidings::sending;
using tidings::test::virtual_loop;

namespace {

asio::awaitable<void> collect(context ctx, channel<int> numbers, channel<std::string> words,
                              std::vector<std::string>& seen)
{
    tidings::ticker minute(60s);
    while (auto next = co_await select(ctx, numbers, words, minute)) {
        if (auto* number = next.from(numbers))
            seen.push_back(std::to_string(*number));
        else if (auto* word = next.from(words))
            seen.push_back(*word);
        else if (next.from(minute))
            seen.push_back("tick");
    }
    seen.push_back("end");
}

using counts = std::array<int, 3>;

asio::awaitable<void> count_winners(context ctx, channel<int> a, channel<int> b, channel<int> c, bool ordered,
                                    bool in_step, int rounds, counts& won)
{
    for (int i = 0; i < rounds; ++i) {
        (void)a.try_send(1);
        (void)b.try_send(1);
        (void)c.try_send(1);
        if (in_step)
            co_await asio::post(asio::deferred);
        if (ordered) {
            auto next = co_await tidings::select_ordered(ctx, a, b, c);
            ++won.at(static_cast<std::size_t>(next.index()));
        } else {
            auto next = co_await select(ctx, a, b, c);
            ++won.at(static_cast<std::size_t>(next.index()));
        }
    }
}

asio::awaitable<void> offer(context ctx, channel<std::unique_ptr<int>> left,
                            channel<std::unique_ptr<int>> right, std::unique_ptr<int>& first,
                            std::unique_ptr<int>& second, int& winner)
{
    auto next = co_await select(ctx, sending(left, first), sending(right, second));
    winner = next.sent(left) ? 0 : next.sent(right) ? 1 : -1;
}

asio::awaitable<void> receive_twice(context ctx, channel<int> numbers, std::vector<int>& seen)
{
    while (auto next = co_await select(ctx, numbers, numbers))
        seen.push_back(*next.from(numbers));
}

asio::awaitable<void> swap_values(context ctx, channel<int> exchange, int mine,
                                  std::vector<std::string>& seen)
{
    auto next = co_await select(ctx, exchange, sending(exchange, mine));
    if (auto* theirs = next.from(exchange))
        seen.push_back("received " + std::to_string(*theirs));
    else if (next.sent(exchange))
        seen.push_back("sent " + std::to_string(mine));
}

asio::awaitable<void> wait_for_nothing(context ctx, bool& came_back)
{
    auto next = co_await select(ctx);
    came_back = !next;
}

asio::awaitable<void> await_deadline(context ctx, virtual_loop& at, std::vector<tidings::duration>& pings,
                                     tidings::end_reason& reason)
{
    auto limited = tidings::with_timeout(ctx, 150s);
    channel<int> updates;
    tidings::ticker ping(60s);
    while (auto next = co_await select(limited, updates, ping))
        pings.push_back(at.elapsed());
    reason = limited.reason();
}

asio::awaitable<void> echo(context ctx, channel<int> in, channel<int> out, int rounds,
                           std::atomic<int>& failed)
{
    channel<int> never;
    for (int i = 0; i < rounds; ++i) {
        auto next = co_await select(ctx, never, in);
        auto* value = next.from(in);
        if (!value || *value != i)
            ++failed;
        bool const sent = co_await out.send(ctx, i);
        if (!sent)
            ++failed;
    }
}

asio::awaitable<void> call(context ctx, channel<int> out, channel<int> in, int rounds,
                           std::atomic<int>& failed)
{
    for (int i = 0; i < rounds; ++i) {
        int value = i;
        auto next = co_await select(ctx, sending(out, value));
        if (!next.sent(out))
            ++failed;
        auto answer = co_await in.receive(ctx);
        if (answer != i)
            ++failed;
    }
}

asio::awaitable<void> wait_and_note(context ctx, int& came_back)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    channel<int> never;
    auto next = co_await select(ctx, never);
    came_back = next ? 1 : 0;
    // The signal of the wait that is over must not reach into the next one's place.
    tidings::after soon(1s);
    co_await asio::this_coro::reset_cancellation_state();
    bool const waited = co_await soon.wait(ctx);
    came_back += waited ? 10 : 0;
}

} // namespace

// Each source brings its own; the end of the context ends the loop.
TEST_CASE("a select takes from whichever source is ready")
{
    virtual_loop at;
    channel<int> numbers;
    channel<std::string> words(1);
    std::vector<std::string> seen;
    at.start_coroutine(collect(at.root, numbers, words, seen));
    at.settle();
    CHECK(numbers.try_send(7));
    at.settle();
    CHECK(words.try_send("word"));
    at.settle();
    at.advance(60s);
    at.root.cancel();
    at.settle();
    CHECK(seen == std::vector<std::string>{"7", "word", "tick", "end"});
}

// A loser has taken nothing: each value is received once, by this select or by the next.
TEST_CASE("what did not win stays where it is")
{
    virtual_loop at;
    channel<int> numbers(4);
    channel<std::string> words(4);
    std::vector<std::string> seen;
    for (int i = 0; i < 3; ++i) {
        CHECK(numbers.try_send(i));
        CHECK(words.try_send("w"));
    }
    at.start_coroutine(collect(at.root, numbers, words, seen));
    at.settle();
    CHECK(seen.size() == 6);
}

// A closed and drained channel takes no part; when only such sources are left, select comes back false.
TEST_CASE("select comes back false when no source is left")
{
    virtual_loop at;
    channel<int> a(1);
    channel<int> b;
    std::vector<int> seen;
    auto both = [](context ctx, channel<int> a, channel<int> b,
                   std::vector<int>& seen) -> asio::awaitable<void> {
        tidings::after once(1s);
        while (auto next = co_await select(ctx, a, b, once)) {
            if (next.from(once))
                seen.push_back(-1);
            else
                seen.push_back(next.index());
        }
        seen.push_back(ctx.is_done() ? 100 : 200);
    };
    CHECK(a.try_send(1));
    a.close();
    at.start_coroutine(both(at.root, a, b, seen));
    at.advance(1s);
    CHECK(seen == std::vector<int>{0, -1});
    b.close(); // the last source closes while the select waits
    at.settle();
    CHECK(seen == std::vector<int>{0, -1, 200});
    at.start_coroutine(both(at.root, a, b, seen)); // its own instant is left
    at.advance(1s);
    CHECK(seen == std::vector<int>{0, -1, 200, -1, 200});
}

// An ended context wins over everything that is ready.
TEST_CASE("an ended context always wins")
{
    virtual_loop at;
    channel<int> numbers(1);
    channel<std::string> words;
    CHECK(numbers.try_send(1));
    at.root.cancel();
    std::vector<std::string> seen;
    at.start_coroutine(collect(at.root, numbers, words, seen));
    at.settle();
    CHECK(seen == std::vector<std::string>{"end"});
    CHECK(numbers.size() == 1);
    CHECK_FALSE(tidings::try_select(at.root, numbers));
}

// Among sources that are always ready none starves.
TEST_CASE("select gives every ready source its turn")
{
    virtual_loop at;
    channel<int> a(1), b(1), c(1);
    counts won{};
    at.start_coroutine(count_winners(at.root, a, b, c, false, false, 3000, won));
    at.settle();
    for (int const count : won)
        CHECK(count > 700);
}

// Nor when several coroutines that share a context take their turns in step.
TEST_CASE("select starves nobody when coroutines select in step")
{
    for (int const coroutines : {2, 3, 6, 16}) {
        virtual_loop at;
        std::vector<counts> won(static_cast<std::size_t>(coroutines));
        for (counts& each : won)
            at.start_coroutine(count_winners(at.root, channel<int>(1), channel<int>(1), channel<int>(1),
                                             false, true, 300, each));
        at.settle();
        for (counts const& each : won)
            for (int const count : each)
                CHECK(count > 40);
    }
}

// select_ordered prefers the leftmost, and starves the others: as documented.
TEST_CASE("select_ordered takes the leftmost ready source")
{
    virtual_loop at;
    channel<int> a(1), b(1), c(1);
    counts won{};
    at.start_coroutine(count_winners(at.root, a, b, c, true, false, 100, won));
    at.settle();
    CHECK(won == counts{100, 0, 0});
}

// A value that is offered is moved from only if its offer won.
TEST_CASE("a send case moves from its value only when it won")
{
    virtual_loop at;
    channel<std::unique_ptr<int>> left;
    channel<std::unique_ptr<int>> right(1);
    auto first = std::make_unique<int>(1);
    auto second = std::make_unique<int>(2);
    int winner = -1;
    at.start_coroutine(offer(at.root, left, right, first, second, winner)); // ready at once
    at.settle();
    CHECK(winner == 1);
    CHECK(first);
    CHECK_FALSE(second);

    second = std::make_unique<int>(3);
    at.start_coroutine(offer(at.root, left, right, first, second, winner)); // has to wait
    at.settle();
    auto const taken = left.try_receive();
    REQUIRE(taken);
    CHECK(**taken == 1);
    at.settle();
    CHECK(winner == 0);
    CHECK_FALSE(first);
    CHECK(second);

    first = std::make_unique<int>(4);
    at.start_coroutine(offer(at.root, left, right, first, second, winner)); // gives up
    at.settle();
    at.root.cancel();
    at.settle();
    CHECK(winner == -1);
    CHECK(first);
    CHECK(second);
}

// One channel may stand in a select twice.
TEST_CASE("the same channel twice in one select")
{
    virtual_loop at;
    channel<int> numbers(1);
    std::vector<int> seen;
    at.start_coroutine(receive_twice(at.root, numbers, seen));
    at.settle();
    for (int i = 0; i < 4; ++i) {
        CHECK(numbers.try_send(i));
        at.settle();
    }
    numbers.close();
    at.settle();
    CHECK(seen == std::vector<int>{0, 1, 2, 3});
    CHECK(at.finished == 1);
}

// Receive and send on one channel in one select: it never meets itself, and two of them meet once.
TEST_CASE("receive and send of one channel in one select")
{
    virtual_loop at;
    channel<int> exchange;
    std::vector<std::string> seen;
    at.start_coroutine(swap_values(at.root, exchange, 1, seen));
    at.settle();
    CHECK(seen.empty());
    at.start_coroutine(swap_values(at.root, exchange, 2, seen));
    at.settle();
    REQUIRE(seen.size() == 2);
    bool const forth = seen == std::vector<std::string>{"received 1", "sent 1"} ||
                       seen == std::vector<std::string>{"sent 1", "received 1"};
    bool const back = seen == std::vector<std::string>{"received 2", "sent 2"} ||
                      seen == std::vector<std::string>{"sent 2", "received 2"};
    CHECK((forth || back));
}

// Without sources a select waits for the end of its context.
TEST_CASE("a select without sources waits for the context")
{
    virtual_loop at;
    bool came_back = false;
    at.start_coroutine(wait_for_nothing(at.root, came_back));
    at.advance(1h);
    CHECK_FALSE(came_back);
    at.root.cancel();
    at.settle();
    CHECK(came_back);
}

// try_select takes what is there, leftmost first, and waits for nothing.
TEST_CASE("try_select never waits")
{
    virtual_loop at;
    channel<int> a(1), b(1);
    tidings::ticker minute(60s);
    CHECK_FALSE(tidings::try_select(at.root, a, b, minute));
    CHECK(b.try_send(5));
    auto next = tidings::try_select(at.root, a, b, minute);
    REQUIRE(next.from(b));
    CHECK(*next.from(b) == 5);
    CHECK(next.from(a) == nullptr);
    at.advance(60s);
    CHECK(tidings::try_select(at.root, a, b, minute).from(minute));
    int value = 9;
    CHECK(tidings::try_select(at.root, sending(a, value)).sent(a));
    CHECK_FALSE(tidings::try_select(at.root, sending(a, value)).sent(a));
}

// A minute's keep-alive and a deadline of some minutes, in a millisecond.
TEST_CASE("a ticker and a deadline race in virtual time")
{
    virtual_loop at;
    std::vector<tidings::duration> pings;
    auto reason = tidings::end_reason::none;
    at.start_coroutine(await_deadline(at.root, at, pings, reason));
    at.advance(10min);
    CHECK(pings == std::vector<tidings::duration>{60s, 120s});
    CHECK(reason == tidings::end_reason::deadline_exceeded);
    CHECK_FALSE(at.home().next_due());
}

// Cancellation of the coroutine ends a wait too, with false; the next wait is a wait again.
TEST_CASE("terminal cancellation ends a wait")
{
    virtual_loop at;
    asio::cancellation_signal backstop;
    int came_back = -1;
    asio::co_spawn(at.io, wait_and_note(at.root, came_back),
                   asio::bind_cancellation_slot(backstop.slot(), [](std::exception_ptr) {}));
    at.settle();
    CHECK(came_back == -1);
    backstop.emit(asio::cancellation_type::terminal);
    at.settle();
    CHECK(came_back == 0);
    at.advance(1s);
    CHECK(came_back == 10);
    backstop.emit(asio::cancellation_type::terminal); // nobody waits any more
    at.settle();
}

// A select that waits is destroyed with its io_context, with the channels of its own frame.
TEST_CASE("a suspended select dies with its io_context")
{
    auto const watched = std::make_shared<int>(0);
    {
        virtual_loop at;
        auto hold = [](context ctx, channel<int> shared, std::shared_ptr<int> kept) -> asio::awaitable<void> {
            auto limited = tidings::with_timeout(ctx, 1h);
            channel<std::shared_ptr<int>> own;
            tidings::ticker often(1s);
            auto next = co_await select(limited, own, shared, often, sending(own, kept), tidings::done(ctx));
        };
        channel<int> shared;
        for (int i = 0; i < 3; ++i)
            at.start_coroutine(hold(at.root, shared, watched));
        at.settle();
        CHECK(watched.use_count() == 4);
    }
    CHECK(watched.use_count() == 1);
}

// Waits work on any executor: a strand, a pool of threads, an io_context that several threads run.
TEST_CASE("selects meet on a pool of threads")
{
    std::atomic<int> failed{0};
    asio::thread_pool pool(3);
    auto root = context::root(pool.get_executor());
    for (int pair = 0; pair < 4; ++pair) {
        channel<int> there, back;
        asio::co_spawn(asio::make_strand(pool), echo(root, there, back, 500, failed),
                       [](std::exception_ptr) {});
        asio::co_spawn(pool, call(root, there, back, 500, failed), [](std::exception_ptr) {});
    }
    pool.join();
    CHECK(failed == 0);
}

TEST_CASE("selects meet on an io_context that several threads run")
{
    std::atomic<int> failed{0};
    std::atomic<int> running{8};
    asio::io_context io;
    auto work = asio::make_work_guard(io);
    auto root = context::root(io.get_executor());
    auto const ended = [&](std::exception_ptr) {
        if (--running == 0)
            work.reset();
    };
    for (int pair = 0; pair < 4; ++pair) {
        channel<int> there, back;
        asio::co_spawn(asio::make_strand(io), echo(root, there, back, 500, failed), ended);
        asio::co_spawn(io, call(root, there, back, 500, failed), ended);
    }
    std::thread second([&] { io.run(); });
    io.run();
    second.join();
    CHECK(failed == 0);
    CHECK(running == 0);
}

// Coroutines that wait on a pool are destroyed with the pool.
TEST_CASE("suspended waits die with their thread pool")
{
    auto const watched = std::make_shared<int>(0);
    {
        asio::thread_pool pool(1);
        auto root = context::root(pool.get_executor());
        auto hold = [](context ctx, std::shared_ptr<int>) -> asio::awaitable<void> {
            tidings::ticker never(1h);
            co_await never.tick(ctx);
        };
        for (int i = 0; i < 3; ++i)
            asio::co_spawn(pool, hold(root, watched), [](std::exception_ptr) {});
        pool.stop();
    }
    CHECK(watched.use_count() == 1);
}
