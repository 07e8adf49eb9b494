// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace tidings::detail {

/// The ids that publishers have given to events of a topic, and the numbers that they stand for. Those of
/// events that are gone are remembered, too: a client that comes back with one is treated as one with a
/// number. Not thread-safe.
class own_ids
{
public:
    /// Of so many events that are gone, ids are remembered.
    explicit own_ids(std::size_t most_past) noexcept : most_past_(most_past) {}

    /// Throws `std::invalid_argument` for one that is known.
    void require_new(std::string const& id) const
    {
        if (!id.empty() && numbers_.contains(id))
            throw std::invalid_argument(
                fmt::format("tidings: the id \"{}\" has been published on this topic already; leave "
                            "it out to let the topic number its events",
                            id));
    }

    /// An empty one is none. False if it is known.
    bool add(std::string const& id, std::uint64_t number)
    {
        return id.empty() || numbers_.emplace(id, number).second;
    }

    void remove(std::string const& id) { numbers_.erase(id); }

    /// Its event is gone.
    void retire(std::string id)
    {
        if (id.empty())
            return;
        past_memory_ += memory_of(id);
        past_.push_back(std::move(id));
        if (past_.size() <= most_past_)
            return;
        past_memory_ -= memory_of(past_.front());
        numbers_.erase(past_.front());
        past_.pop_front();
    }

    std::optional<std::uint64_t> find(std::string_view id) const
    {
        auto const known = numbers_.empty() ? numbers_.end() : numbers_.find(std::string(id));
        return known == numbers_.end() ? std::nullopt : std::optional(known->second);
    }

    /// About what the past ones take of the memory.
    std::size_t memory() const noexcept { return past_memory_; }

private:
    static std::size_t memory_of(std::string const& id) noexcept
    {
        constexpr std::size_t overhead = 256;
        return overhead + 2 * id.size();
    }

    std::size_t most_past_;
    std::size_t past_memory_ = 0;
    std::unordered_map<std::string, std::uint64_t> numbers_;
    std::deque<std::string> past_;
};

} // namespace tidings::detail
