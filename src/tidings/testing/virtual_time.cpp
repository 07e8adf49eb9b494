// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/virtual_time.hpp>

#include <boost/asio/executor_work_guard.hpp>

#include <chrono>
#include <stdexcept>

namespace asio = boost::asio;

namespace tidings::testing {

namespace {

// Far enough from the clock's own beginning for a test to speak of instants before.
constexpr time_point start{std::chrono::hours(24)};
constexpr auto limit_of_blocking_calls = std::chrono::seconds(10);

} // namespace

virtual_time::virtual_time() : loop_(1), home_(internal::loop::of(loop_.get_executor()))
{
    home_.use_virtual_time(start);
}

void virtual_time::run_until_idle()
{
    auto const guard = asio::make_work_guard(loop_); // or `run_one` would not wait for other threads
    loop_.restart();
    for (;;) {
        loop_.poll();
        if (home_.has_work_elsewhere()) {
            if (loop_.run_one_for(limit_of_blocking_calls) == 0)
                throw std::runtime_error("tidings: a call of run_blocking has not come back in ten seconds");
        } else if (auto const due = home_.next_due(); due && *due <= now()) {
            home_.advance_virtual_time(now());
        } else {
            return;
        }
    }
}

void virtual_time::advance(duration by)
{
    time_point const end = later(now(), by);
    run_until_idle();
    for (auto due = home_.next_due(); due && *due <= end; due = home_.next_due()) {
        home_.advance_virtual_time(*due);
        run_until_idle();
    }
    home_.advance_virtual_time(end);
    run_until_idle();
}

bool virtual_time::run_real(duration at_most, std::function<bool()> const& is_enough)
{
    auto const guard = asio::make_work_guard(loop_); // other threads may bring more
    auto const end = later(clock::now(), at_most);
    run_until_idle();
    while (!is_enough || !is_enough()) {
        loop_.restart();
        if (loop_.run_one_until(end) == 0)
            return false;
        run_until_idle();
    }
    return true;
}

} // namespace tidings::testing
