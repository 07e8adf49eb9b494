// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop.hpp>
#include <tidings/loop/time.hpp>

#include <boost/asio/io_context.hpp>

#include <functional>

namespace tidings::testing {

/// A loop whose time passes when the test says so: a test of a minute takes a millisecond.
///
///     testing::virtual_time time;
///     testing::stream client(time, tell_time, request::get("/time"));
///     time.advance(3s);
///     CHECK(client.events().size() == 3);
///
/// Everything runs inside its member functions, on the thread that calls them. An exception that leaves
/// something on the loop leaves them too. It outlives what runs on it.
class virtual_time
{
public:
    virtual_time();
    virtual_time(virtual_time const&) = delete;
    virtual_time& operator=(virtual_time const&) = delete;

    boost::asio::io_context& loop() noexcept { return loop_; }

    time_point now() const noexcept { return home_.now(); }

    /// Runs all that can run without time passing; also waits for the calls of `run_blocking`. Throws
    /// `std::runtime_error` when such a call has not come back after ten real seconds.
    void run_until_idle();

    /// Lets so much time pass, from one instant at which something falls due to the next.
    void advance(duration by);

    /// Has what waits outside of the loop's time (an Asio timer or socket, another thread) run for real, for
    /// at most so long; this clock stands still meanwhile. Comes back as soon as `is_enough`, which is asked
    /// whenever something has run: whether it was. Without it that is never, and all of the time passes.
    bool run_real(duration at_most, std::function<bool()> const& is_enough = {});

private:
    boost::asio::io_context loop_;
    internal::loop& home_;
};

} // namespace tidings::testing
