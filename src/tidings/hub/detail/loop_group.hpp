// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/batch.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace tidings::detail {

class cursor;
class reader;
class topic_state;

/// The followers of one topic on one loop. A publish posts one turn for all of them, however many events have
/// come meanwhile. Touched by the loop's thread only, but for `wake` and what the topic guards.
class loop_group final : public std::enable_shared_from_this<loop_group>
{
public:
    loop_group(boost::asio::any_io_executor executor, std::uint64_t next);
    ~loop_group();

    bool is_on(boost::asio::any_io_executor const& executor) const noexcept;

    /// Something was published. From any thread, with the topic's lock held.
    void wake(std::shared_ptr<topic_state> of);

    void add(cursor& joined, std::shared_ptr<reader> of);
    /// The reader may be what is running: it is let go in a later turn.
    void remove(cursor& gone);

    // Guarded by the topic's lock.
    std::size_t count = 0;      ///< followers
    std::size_t lagging = 0;    ///< of these, those that do not keep pace
    std::uint64_t position = 0; ///< those that do have been given everything below it

private:
    struct member
    {
        cursor* place;
        std::shared_ptr<reader> of;
    };

    void deliver(topic_state& of);

    boost::asio::any_io_executor executor_;
    std::atomic<bool> is_woken_{false};
    std::uint64_t next_; // the loop's own copy of `position`
    std::vector<member> members_;
    batch batch_; // kept for its memory
};

} // namespace tidings::detail
