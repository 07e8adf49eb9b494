// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_store.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidings::detail {

class loop_feed;
class registry_state;

/// One sequence of numbers, under one epoch: that of all topics of a registry that are in memory alone, or of
/// those of one store in one of its lives. Guarded by the registry's lock, under which an event gets its
/// number, enters its history, and marks the loops that have to look. So whoever holds the lock and reads
/// `newest` knows that everything up to it is in the histories, and that no loop has yet to be told of it.
struct order
{
    explicit order(std::string epoch, std::uint64_t newest = 0) : epoch(std::move(epoch)), newest(newest) {}

    /// That of a loop; made when there is none.
    std::shared_ptr<loop_feed> feed_of(boost::asio::any_io_executor const& executor,
                                       std::shared_ptr<registry_state> const& registry);

    /// Of a number that was taken back: the last one before it that was not.
    std::optional<std::uint64_t> survived(std::uint64_t number) const noexcept
    {
        for (auto const& each : rollbacks)
            if (number > each.survived && number < each.resumed)
                return each.survived;
        return std::nullopt;
    }

    std::string const epoch;
    std::uint64_t newest; ///< number
    std::vector<store_events::rollback> rollbacks{};
    std::vector<std::shared_ptr<loop_feed>> feeds; ///< one for each loop with followers

    /// What comes to its topics is not told now. Read by any thread.
    std::atomic<bool> is_away = false;
};

} // namespace tidings::detail
