// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/channel.hpp>
#include <tidings/wait/select.hpp>

#include "support/virtual_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>
#include <vector>

namespace asio = boost::asio;
using tidings::channel;
using tidings::context;
using tidings::select;
using tidings::sending;
using tidings::test::virtual_loop;

namespace {

asio::awaitable<void> offer(context ctx, channel<std::unique_ptr<int>> left,
                            channel<std::unique_ptr<int>> right, std::unique_ptr<int>& first,
                            std::unique_ptr<int>& second, int& winner)
{
    auto next = co_await select(ctx, sending(left, first), sending(right, second));
    winner = next.sent(left) ? 0 : next.sent(right) ? 1 : -1;
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

} // namespace

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
