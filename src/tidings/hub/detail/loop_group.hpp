// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <vector>

namespace tidings::detail {

class cursor;
class loop_feed;
class topic_state;

/// The followers of one topic on one loop. It keeps its topic while it has members. Touched by the loop's
/// thread only, but for what the registry's lock guards.
class loop_group final : public std::enable_shared_from_this<loop_group>
{
public:
    loop_group(topic_state& of, std::shared_ptr<loop_feed> feed, std::uint64_t next);

    topic_state& topic() const noexcept { return topic_; }
    loop_feed& feed() const noexcept { return *feed_; }

    void add(cursor& joined);
    void remove(cursor& gone);

    // A turn of the feed.

    /// Reads what has come, with the lock held.
    void read();
    /// Tells the members of it.
    void tell(std::exception_ptr& failure);
    /// They have all been told, with the lock held. Whether there may be more.
    bool advance();
    /// Without the lock: lets those who wait for the members go on.
    void end_turn();

    /// What the members are told of in this turn.
    batch const& live() const noexcept { return batch_; }

    // Guarded by the lock.
    std::size_t count = 0;      ///< followers
    std::size_t lagging = 0;    ///< of these, those that do not keep pace
    std::uint64_t position = 0; ///< those that do have been given everything before this place
    bool is_marked = false;     ///< the feed will look

private:
    topic_state& topic_;
    std::shared_ptr<loop_feed> const feed_;
    std::shared_ptr<topic_state> kept_; // while there are members
    std::uint64_t next_;                // the loop's own copy of `position`
    std::vector<cursor*> members_;
    batch batch_; // its memory is used again
};

} // namespace tidings::detail
