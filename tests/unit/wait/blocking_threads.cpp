// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/run_blocking.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <catch2/catch_test_macros.hpp>

#include <exception>
#include <stdexcept>
#include <thread>

namespace asio = boost::asio;
using tidings::blocking_threads;
using tidings::context;

namespace {

asio::awaitable<void> note_thread(context ctx, std::thread::id& ran_on)
{
    auto const id = co_await tidings::run_blocking(ctx, std::this_thread::get_id);
    ran_on = id.value_or(std::thread::id());
}

} // namespace

// The calls of several contexts run on one thread.
TEST_CASE("contexts share blocking threads")
{
    blocking_threads const threads(1);
    std::thread::id first;
    std::thread::id second;
    for (auto* ran_on : {&first, &second}) {
        asio::io_context io;
        threads.serve(io.get_executor());
        auto root = context::root(io.get_executor());
        asio::co_spawn(io, note_thread(root, *ran_on), [](std::exception_ptr) {});
        io.run();
    }
    CHECK(first != std::thread::id());
    CHECK(first != std::this_thread::get_id());
    CHECK(first == second);
}

// Without a thread every call would wait for ever.
TEST_CASE("blocking threads are at least one")
{
    CHECK_THROWS_AS(blocking_threads(0), std::invalid_argument);
}
