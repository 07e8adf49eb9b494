// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/select.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;

namespace {

asio::awaitable<void> produce(context ctx, tidings::channel<int> numbers, int count)
{
    for (int i = 0; i < count; ++i)
        co_await numbers.send(ctx, i);
    numbers.close();
}

asio::awaitable<void> collect(context ctx, tidings::channel<int> numbers, std::vector<int>& into)
{
    tidings::ticker slow(10h);
    while (auto next = co_await tidings::select(ctx, numbers, slow))
        if (auto* number = next.from(numbers))
            into.push_back(*number);
        else
            break;
}

asio::awaitable<void> collect_plain(context ctx, tidings::channel<int> numbers, std::vector<int>& into)
{
    while (auto number = co_await numbers.receive(ctx))
        into.push_back(*number);
}

} // namespace

TEST_CASE("a channel carries values in order")
{
    for (std::size_t const capacity : {0u, 1u, 7u}) {
        asio::io_context io;
        auto root = context::root(io.get_executor());
        tidings::channel<int> numbers(capacity);
        std::vector<int> seen;
        asio::co_spawn(io, collect_plain(root, numbers, seen), asio::detached);
        asio::co_spawn(io, produce(root, numbers, 100), asio::detached);
        io.run();
        REQUIRE(seen.size() == 100);
        CHECK(seen[99] == 99);
    }
}
TEST_CASE("a suspended select dies with its loop")
{
    std::vector<int> seen;
    asio::io_context io;
    auto root = context::root(io.get_executor());
    tidings::channel<int> numbers(3);
    asio::co_spawn(io, collect(root, numbers, seen), asio::detached);
    asio::co_spawn(io, produce(root, numbers, 10), asio::detached);
    io.poll();
    CHECK(seen.size() == 10);
}
