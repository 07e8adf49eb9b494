// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/run_blocking.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <pthread.h>

// Under the thread sanitizer a thread that cannot be started is waited for without end.
#if defined(__SANITIZE_THREAD__)
#define THREADS_ALWAYS_START
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THREADS_ALWAYS_START
#endif
#endif
#ifndef THREADS_ALWAYS_START

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;

namespace {

/// While it lives no thread can be started: its stack would be larger than all memory that can be addressed.
class no_new_threads
{
public:
    no_new_threads()
    {
        REQUIRE(::pthread_getattr_default_np(&before_) == 0);
        pthread_attr_t huge;
        REQUIRE(::pthread_attr_init(&huge) == 0);
        REQUIRE(::pthread_attr_setstacksize(&huge, std::size_t{1} << 50) == 0);
        REQUIRE(::pthread_setattr_default_np(&huge) == 0);
        ::pthread_attr_destroy(&huge);
    }
    ~no_new_threads()
    {
        ::pthread_setattr_default_np(&before_);
        ::pthread_attr_destroy(&before_);
    }
    no_new_threads(no_new_threads const&) = delete;
    no_new_threads& operator=(no_new_threads const&) = delete;

private:
    pthread_attr_t before_{};
};

asio::awaitable<void> call_blocking(context ctx, int& calls)
{
    bool const done = co_await tidings::run_blocking(ctx, [] {});
    calls += done ? 1 : 0;
}

} // namespace

// A call that cannot be handed to a thread takes no place from the calls that come later.
TEST_CASE("a call without a thread gives its place back")
{
    constexpr int places = 1 + static_cast<int>(tidings::detail::queued_per_thread);
    asio::io_context io;
    auto root = context::root(io.get_executor());
    tidings::blocking_threads(1).serve(io.get_executor());
    int calls = 0;
    int failures = 0;
    auto const count_failure = [&](std::exception_ptr failure) { failures += failure ? 1 : 0; };
    {
        no_new_threads const shortage;
        for (int i = 0; i < places; ++i)
            asio::co_spawn(io, call_blocking(root, calls), count_failure);
        io.run_for(10s);
    }
    CHECK(failures == places);
    asio::co_spawn(io, call_blocking(root, calls), count_failure);
    io.restart();
    io.run_for(10s);
    CHECK(failures == places);
    CHECK(calls == 1);
}

#endif
