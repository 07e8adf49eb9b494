// SPDX-License-Identifier: BSL-1.0
// Waits that need not wait. What it costs to be woken, and what Asio offers for the same, is in wait.cpp.
#include <tidings/wait/select.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <catch2/benchmark/catch_benchmark.hpp>
#include <catch2/catch_test_macros.hpp>

#include <exception>
#include <utility>

namespace asio = boost::asio;
using tidings::channel;
using tidings::context;

namespace {

constexpr int rounds = 1000; // so many that the start of the coroutine does not show

/// Gives the sum of what it received.
asio::awaitable<long> select_ready(context ctx, channel<int> full, channel<int> empty)
{
    long received = 0;
    for (int i = 0; i < rounds; ++i) {
        (void)full.try_send(1);
        auto next = co_await tidings::select(ctx, full, empty);
        if (int const* value = next.from(full))
            received += *value;
    }
    co_return received;
}

long run(asio::io_context& io, asio::awaitable<long> body)
{
    long received = 0;
    asio::co_spawn(io, std::move(body), [&received](std::exception_ptr failure, long result) {
        if (failure)
            std::rethrow_exception(failure);
        received = result;
    });
    io.restart();
    io.run();
    return received;
}

} // namespace

TEST_CASE("channel and select")
{
    asio::io_context io(1);
    auto root = context::root(io.get_executor());
    channel<int> full(1), empty(1);
    REQUIRE(run(io, select_ready(root, full, empty)) == rounds);

    BENCHMARK("try_send and try_receive")
    {
        (void)full.try_send(1);
        return full.try_receive();
    };
    BENCHMARK("try_select of two empty channels")
    {
        return static_cast<bool>(tidings::try_select(root, full, empty));
    };
    BENCHMARK("try_send, and try_select of a full and an empty channel")
    {
        (void)full.try_send(1);
        auto next = tidings::try_select(root, full, empty);
        int const* value = next.from(full);
        return value ? *value : 0;
    };
    BENCHMARK("1,000 times try_send, and select of a full and an empty channel")
    {
        return run(io, select_ready(root, full, empty));
    };
}
