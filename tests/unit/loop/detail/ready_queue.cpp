// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/detail/ready_queue.hpp>
#include <tidings/wait/channel.hpp>

#include "support/job.hpp"
#include "support/virtual_loop.hpp"

#include <boost/asio/post.hpp>

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <stdexcept>
#include <vector>

namespace asio = boost::asio;
using tidings::test::job;
using tidings::test::virtual_loop;

namespace {

asio::awaitable<void> receive_ready(tidings::context ctx, tidings::channel<int> full, int& received)
{
    while (auto value = co_await full.receive(ctx)) {
        ++received;
        (void)full.try_send(1);
    }
}

} // namespace

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
