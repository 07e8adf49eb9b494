// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/internal/shared_frame.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace tidings::detail {

/// What of a topic is on its way to its store: events, whose numbers nobody knows yet, and comments behind
/// them, which the store never hears of. Guarded by the registry's lock.
class store_queue
{
public:
    /// An event of so many bytes.
    void add(std::size_t bytes) noexcept
    {
        ++sent_;
        bytes_ += bytes;
    }
    /// The oldest is kept now, or never will be.
    void remove(std::size_t bytes) noexcept
    {
        ++done_;
        bytes_ -= bytes;
    }
    /// The store did not take the newest: as if it had not been added.
    void take_back(std::size_t bytes) noexcept
    {
        --sent_;
        bytes_ -= bytes;
    }

    std::size_t count() const noexcept { return static_cast<std::size_t>(sent_ - done_); }
    std::size_t bytes() const noexcept { return bytes_; }

    /// A comment that waits for the events before it; of more than `most` the oldest goes.
    void hold(internal::shared_frame comment, std::size_t most)
    {
        held_.push_back({sent_, std::move(comment)});
        if (held_.size() > most)
            held_.pop_front();
    }
    /// The next comment that waits for nothing any more.
    std::optional<internal::shared_frame> release()
    {
        if (held_.empty() || held_.front().behind > done_)
            return std::nullopt;
        internal::shared_frame next = std::move(held_.front().text);
        held_.pop_front();
        return next;
    }

private:
    struct held_comment
    {
        std::uint64_t behind; // so many events
        internal::shared_frame text;
    };

    std::uint64_t sent_ = 0;
    std::uint64_t done_ = 0;
    std::size_t bytes_ = 0;
    std::deque<held_comment> held_;
};

} // namespace tidings::detail
