// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/closed.hpp>
#include <tidings/wait/select.hpp>

#include "support/virtual_loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <future>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::channel;
using tidings::closed;
using tidings::context;
using tidings::select;
using tidings::test::virtual_loop;

namespace {

using remarks = std::vector<std::string>;

/// Receives, notes the end, and goes on with the ticker until its context ends.
asio::awaitable<void> receive_to_the_end(context ctx, channel<int> numbers, remarks& seen)
{
    closed no_more(numbers);
    tidings::ticker hour(1h);
    while (auto next = co_await select(ctx, numbers, no_more, hour)) {
        if (int const* number = next.from(numbers))
            seen.push_back(std::to_string(*number));
        else
            seen.push_back(next.from(no_more) ? "closed" : "tick");
    }
    seen.push_back("end");
}

asio::awaitable<void> await_only_the_end(context ctx, channel<void> signals, remarks& seen)
{
    closed no_more(signals);
    for (int i = 0; i < 2; ++i) {
        auto next = co_await select(ctx, no_more);
        seen.push_back(next.from(no_more) ? "closed" : "nothing");
    }
}

asio::awaitable<void> count_the_end(context ctx, channel<int> numbers, std::atomic<int>& received,
                                    std::atomic<int>& ends)
{
    closed no_more(numbers);
    while (auto next = co_await select(ctx, numbers, no_more))
        next.from(no_more) ? ++ends : ++received;
}

} // namespace

// What was sent before the close comes first; the end comes once, and then the other sources go on alone.
TEST_CASE("the end of a channel comes behind its values, and once")
{
    virtual_loop at;
    channel<int> numbers(4);
    CHECK(numbers.try_send(1));
    CHECK(numbers.try_send(2));
    numbers.close();
    remarks seen;
    at.start_coroutine(receive_to_the_end(at.root, numbers, seen));
    at.settle();
    CHECK(seen == remarks{"1", "2", "closed"});
    at.advance(2h);
    at.root.cancel();
    at.settle();
    CHECK(seen == remarks{"1", "2", "closed", "tick", "tick", "end"});
}

// The select waits already when the channel is closed.
TEST_CASE("the end of a channel wakes who waits for it")
{
    virtual_loop at;
    channel<int> numbers;
    remarks seen;
    at.start_coroutine(receive_to_the_end(at.root, numbers, seen));
    at.settle();
    CHECK(numbers.try_send(1));
    at.settle();
    numbers.close();
    numbers.close();
    at.settle();
    CHECK(seen == remarks{"1", "closed"});
}

// A closed channel is at its end when the last value has been taken, by whomever. With nothing else to wait
// for the select comes back false afterwards.
TEST_CASE("the end of a channel comes when another takes the last value")
{
    virtual_loop at;
    channel<void> signals(2);
    CHECK(signals.try_send());
    CHECK(signals.try_send());
    remarks seen;
    at.start_coroutine(await_only_the_end(at.root, signals, seen));
    signals.close();
    at.settle();
    CHECK(signals.try_receive());
    at.settle();
    CHECK(seen.empty());
    CHECK(signals.try_receive());
    at.settle();
    CHECK(seen == remarks{"closed", "nothing"});
}

// Each who asks gets the end, and try_select asks like the others.
TEST_CASE("the end of a channel is for all who ask")
{
    virtual_loop at;
    channel<int> numbers;
    closed first(numbers), second(numbers);
    CHECK_FALSE(tidings::try_select(at.root, numbers, first));
    numbers.close();
    CHECK(tidings::try_select(at.root, numbers, first).from(first));
    CHECK_FALSE(tidings::try_select(at.root, numbers, first));
    CHECK(tidings::try_select(at.root, second, numbers).from(second));
}

// A context that ends, or is destroyed, while the end is waited for.
TEST_CASE("waits for the end of a channel are left")
{
    channel<void> signals;
    remarks seen;
    {
        virtual_loop at;
        at.start_coroutine(await_only_the_end(at.root, signals, seen));
        at.settle();
        at.root.cancel();
        at.settle();
        CHECK(seen == remarks{"nothing", "nothing"});
    }
    {
        virtual_loop at;
        at.start_coroutine(await_only_the_end(at.root, signals, seen));
        at.settle();
    }
    signals.close();
    CHECK(seen.size() == 2);
}

// Senders, receivers and the close on several threads: each receiver gets the end once, and no value is lost.
TEST_CASE("the end of a channel on several threads")
{
    asio::thread_pool pool(3);
    auto root = context::root(pool.get_executor());
    for (int round = 0; round < 200; ++round) {
        channel<int> numbers(3);
        std::atomic<int> received{0}, ends{0};
        std::vector<std::future<void>> finished;
        for (int i = 0; i < 3; ++i)
            finished.push_back(
                asio::co_spawn(pool, count_the_end(root, numbers, received, ends), asio::use_future));
        int sent = 0;
        for (int i = 0; i < 20; ++i)
            sent += numbers.try_send(i);
        numbers.close();
        for (auto& each : finished)
            each.get();
        CHECK(ends == 3);
        CHECK(received == sent);
    }
}
