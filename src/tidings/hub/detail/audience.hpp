// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/order.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace tidings::detail {

class loop_group;
class topic_state;

/// The books of a topic's followers: which loops they are on, and what each has yet to get. Guarded by the
/// registry's lock.
class audience
{
public:
    /// The places of those who do not keep pace with their group. What is older than the second place was
    /// there when its follower came.
    using laggards = std::multimap<std::uint64_t, std::uint64_t>;
    using laggard = laggards::const_iterator;

    std::size_t size() const noexcept { return size_; }

    /// Enters a follower of the loop of `executor`. The group lives until the last of its followers leaves;
    /// a new one begins at place `end`.
    loop_group& enter(topic_state& of, order& numbers, boost::asio::any_io_executor const& executor,
                      std::uint64_t end);
    void leave(loop_group& group);

    laggard add_laggard(loop_group& group, std::uint64_t next, std::uint64_t came_at);
    void move_laggard(laggard& which, std::uint64_t next);
    void remove_laggard(loop_group& group, laggard which);

    /// The loops have to look.
    void mark();
    /// The same, also where no event has come: followers have to be told of their store.
    void mark_news();

    /// The oldest place that a follower has yet to get; the largest number when there is none.
    std::uint64_t needed() const;
    /// How many events have been lost, over all followers, when `evicted` of the places from `old_begin` to
    /// `begin` have left the history.
    std::size_t losses(std::uint64_t old_begin, std::uint64_t begin, std::uint64_t evicted) const;

    /// Those that have something unsent, when the history ends at that place.
    std::size_t lagging(std::uint64_t end) const;
    std::uint64_t max_lag(std::uint64_t end) const;

private:
    std::size_t size_ = 0;
    std::vector<std::shared_ptr<loop_group>> groups_; // one for each loop with followers
    laggards laggards_;
};

} // namespace tidings::detail
