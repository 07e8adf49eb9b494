// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/log_rates.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace std::chrono_literals;
using tidings::time_point;
using tidings::detail::log_kind;
using tidings::detail::log_rates;

namespace {

// How many of these lines are written.
int count_written(log_rates& rates, log_kind kind, time_point now, int lines)
{
    int written = 0;
    for (int i = 0; i < lines; ++i)
        written += rates.ask(kind, now).is_written;
    return written;
}

constexpr time_point start{1h};

} // namespace

// Ten lines of a kind are written in ten seconds, and what was left out is told with the next one.
TEST_CASE("lines of a kind have a rate")
{
    log_rates rates;
    CHECK(count_written(rates, log_kind::bad_request, start, 300) == 10);
    CHECK(count_written(rates, log_kind::bad_request, start + 9'999ms, 22) == 0);
    auto const next = rates.ask(log_kind::bad_request, start + 10s);
    CHECK(next.is_written);
    CHECK(next.left_out == 312);
    CHECK(next.left_out_over == 10s);
    CHECK(rates.ask(log_kind::bad_request, start + 10s).left_out == 0);
    CHECK(count_written(rates, log_kind::bad_request, start + 11s, 20) == 8);
}

// A flood of one kind leaves the others alone.
TEST_CASE("kinds of lines do not disturb each other")
{
    log_rates rates;
    (void)count_written(rates, log_kind::bad_request, start, 100);
    CHECK(count_written(rates, log_kind::handler_failed, start, 100) == 10);
}

// Whenever the next line comes, it says over how long those before it were left out.
TEST_CASE("what was left out long ago is told")
{
    log_rates rates;
    (void)count_written(rates, log_kind::bad_request, start, 11);
    auto const next = rates.ask(log_kind::bad_request, start + 1h + 1ms);
    CHECK(next.left_out == 1);
    CHECK(next.left_out_over == 3601s);
}

// What no line has told yet can be told at the end, once.
TEST_CASE("what is still left out at the end is counted")
{
    log_rates rates;
    (void)count_written(rates, log_kind::bad_request, start, 15);
    (void)count_written(rates, log_kind::cut_stream, start, 12);
    CHECK(rates.take_rest() == 7);
    CHECK(rates.take_rest() == 0);
}
