// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

namespace tidings::detail {

/// One step of deleting.
struct erasure_step
{
    std::vector<std::pair<std::int64_t, std::uint64_t>> events;        ///< topic and number
    std::vector<std::pair<std::int64_t, std::uint64_t>> events_before; ///< topic and number
    std::size_t limit = 0;                                             ///< of rows, for all of the latter
};

/// What is to be deleted when there is time: single events, and for each topic the events below a number.
class erasures
{
public:
    /// Beyond so many single events more are not noted: they stay until their topic forgets everything before
    /// them.
    static constexpr std::size_t most_events = 100'000;

    bool is_empty() const { return events_.empty() && before_.empty(); }

    void add(std::int64_t topic, std::uint64_t number)
    {
        if (events_.size() < most_events)
            events_.emplace_back(topic, number);
    }

    void add_before(std::int64_t topic, std::uint64_t number)
    {
        auto& noted = before_[topic];
        noted = std::max(noted, number);
    }

    /// Single events are taken out, see `put_back`; the ranges stay until `finished`.
    erasure_step next(std::size_t limit)
    {
        std::size_t const count = std::min(limit, events_.size());
        auto const begin = events_.end() - static_cast<std::ptrdiff_t>(count);
        auto const ranges = static_cast<std::ptrdiff_t>(std::min(limit, before_.size()));
        erasure_step step{
            {begin, events_.end()}, {before_.begin(), std::next(before_.begin(), ranges)}, limit};
        events_.erase(begin, events_.end());
        return step;
    }

    /// A step that failed.
    void put_back(erasure_step const& step)
    {
        for (auto const& [topic, number] : step.events)
            add(topic, number);
    }

    void finished(std::pair<std::int64_t, std::uint64_t> const& range)
    {
        auto const found = before_.find(range.first);
        if (found != before_.end() && found->second == range.second)
            before_.erase(found);
    }

private:
    std::vector<std::pair<std::int64_t, std::uint64_t>> events_;
    std::map<std::int64_t, std::uint64_t> before_;
};

} // namespace tidings::detail
