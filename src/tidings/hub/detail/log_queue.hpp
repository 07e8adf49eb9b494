// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/prepared_event.hpp>
#include <tidings/stream/internal/shared_frame.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace tidings::detail {

/// What of a topic is on its way to its log: events that have their numbers, and comments behind them, which
/// the log never hears of. Guarded by the registry's lock.
class log_queue
{
public:
    explicit log_queue(std::uint64_t next) noexcept : next_(next) {}

    /// The number of the next event.
    std::uint64_t next() const noexcept { return next_; }
    void add(prepared_event const& sent);
    /// It is kept now, or never will be.
    void remove(prepared_event const& done);
    /// The log did not take it: as if it had not been added.
    void take_back(prepared_event const& refused);

    std::size_t count() const noexcept { return count_; }
    std::size_t bytes() const noexcept { return bytes_; }

    /// A comment that waits for the events before it.
    void hold(internal::shared_frame comment) { held_.push_back({next_ - 1, std::move(comment)}); }
    std::size_t held() const noexcept { return held_.size(); }
    /// The next comment that waits for nothing behind number `done`.
    std::optional<internal::shared_frame> release(std::uint64_t done);

private:
    struct held_comment
    {
        std::uint64_t behind; // a number
        internal::shared_frame text;
    };

    std::uint64_t next_;
    std::size_t count_ = 0;
    std::size_t bytes_ = 0;
    std::deque<held_comment> held_;
};

} // namespace tidings::detail
