// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/history.hpp>
#include <tidings/hub/topic_store.hpp>
#include <tidings/loop/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace tidings::detail {

/// What is wrong with an event that a store of that epoch gives; empty when it can be one that was published.
/// A store may be a file, which is as little trusted as what comes over the network: its text goes to clients
/// as it is.
std::string_view fault_of(stored_event const& value, std::string_view epoch);

/// How what a store has kept of a topic becomes its history, page by page. What cannot have been published is
/// left out, and who comes back from before it is told.
class restoring
{
public:
    /// Of events up to number `through`, of a store of that epoch.
    restoring(std::string epoch, std::uint64_t through) : epoch_(std::move(epoch)), through_(through) {}

    std::uint64_t through() const noexcept { return through_; }
    /// Where the next page begins.
    std::uint64_t after() const noexcept { return after_; }

    /// Checks a page and makes frames of it. The clocks tell how old its events are.
    std::vector<kept_event> take(topic_store::page const& page, time_point now,
                                 std::chrono::system_clock::time_point wall_clock_now);
    /// Adds what `take` gave.
    void add(std::vector<kept_event> ready, history& to);
    /// All pages have been added.
    void finish(history& to, time_point now);

    // Then: what the store may delete, since the process may have ended before it did, and what was wrong.
    std::vector<std::uint64_t> superseded{}; ///< numbers of events that newer ones replace
    std::uint64_t kept_from = 0;             ///< the history begins here; 0: with all that the store gave
    std::size_t unreadable = 0;              ///< events that were left out, see `fault_of`
    std::string first_fault{};

private:
    std::string_view fault_of_next(stored_event const& value);

    std::string const epoch_;
    std::uint64_t const through_;
    std::uint64_t after_ = 0;
    std::uint64_t first_ = 0; // of the events that could be read
    std::uint64_t lost_up_to_ = 0;
    std::unordered_set<std::string> own_ids_;
};

} // namespace tidings::detail
