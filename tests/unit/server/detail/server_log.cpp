// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/server_log.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <exception>
#include <stdexcept>

using namespace std::chrono_literals;
using tidings::time_point;
using tidings::detail::describe;
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

TEST_CASE("an exception is described for the log")
{
    CHECK(describe(std::make_exception_ptr(std::runtime_error("the disk is full"))) == "the disk is full");
    CHECK(describe(std::make_exception_ptr(7)) == "an exception that is not a std::exception");
}

// Whoever has a say in the text of an exception, such as a client, can forge no line of the log, and no
// colours of the terminal that shows it.
TEST_CASE("the text of an exception stays on one line")
{
    auto const described = [](char const* text) {
        return describe(std::make_exception_ptr(std::runtime_error(text)));
    };
    CHECK(described("no number: \"1\r\ntidings: error: all is lost\"") ==
          "no number: \"1\\x0d\\ntidings: error: all is lost\"");
    CHECK(described("\x1b[31mred\t\x7f") == "\\x1b[31mred\\x09\\x7f");
    CHECK(described("na\u00efve") == "na\u00efve");
}
