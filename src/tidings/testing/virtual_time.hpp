// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop.hpp>
#include <tidings/loop/time.hpp>

#include <boost/asio/io_context.hpp>

#include <functional>

namespace tidings::testing {

/// A loop whose time advances only when the test says so: a test of a minute takes a millisecond.
///
///     testing::virtual_time time;
///     testing::stream client(time, tell_time, request::get("/time"));
///     time.advance(3s);
///     CHECK(client.events().size() == 3);
///
/// Everything runs inside its member functions, on the thread that calls them, and exceptions that leave the
/// loop leave them as well. It must outlive what runs on it.
class virtual_time
{
public:
    virtual_time();
    virtual_time(virtual_time const&) = delete;
    virtual_time& operator=(virtual_time const&) = delete;

    boost::asio::io_context& loop() noexcept { return loop_; }

    time_point now() const noexcept { return home_.now(); }

    /// Runs everything that can run without time passing, and waits for calls of `run_blocking`. Throws
    /// `std::runtime_error` if such a call has not returned after ten real seconds.
    void run_until_idle();

    /// Advances the time by this much, from one time point at which something is due to the next.
    void advance(duration by);

    /// Runs what waits outside of the loop's time (an Asio timer or socket, another thread) in real time,
    /// for at most this long, while this clock stands still. Stops once `is_enough`, called whenever
    /// something has run, returns true, and returns whether it has. Without it, takes the whole time.
    bool run_real(duration at_most, std::function<bool()> const& is_enough = {});

private:
    boost::asio::io_context loop_;
    internal::loop& home_;
};

} // namespace tidings::testing
