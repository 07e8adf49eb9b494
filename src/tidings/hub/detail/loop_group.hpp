// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/stream/shared_frame.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace tidings::detail {

class subscriber;
class topic_state;

/// The followers of one topic on one loop. A publish posts one turn for all of them, however many events have
/// come meanwhile. Touched by the loop's thread only, but for `wake` and the count that the topic keeps under
/// its lock.
class loop_group final : public std::enable_shared_from_this<loop_group>
{
public:
    loop_group(boost::asio::any_io_executor executor, std::uint64_t next);
    ~loop_group();

    bool is_on(boost::asio::any_io_executor const& executor) const noexcept;

    /// Something was published. From any thread, with the topic's lock held.
    void wake(std::shared_ptr<topic_state> of);

    void add(std::unique_ptr<subscriber> joined);
    /// The subscriber may be what is running: it is destroyed in a later turn.
    void remove(subscriber& gone);

    std::size_t count = 0; ///< guarded by the topic's lock

private:
    void deliver(topic_state& of);

    boost::asio::any_io_executor executor_;
    std::atomic<bool> is_woken_{false};
    std::uint64_t next_; // the first event that the group has not been given
    std::vector<std::unique_ptr<subscriber>> members_;
    std::vector<shared_frame> batch_; // kept for its memory
};

} // namespace tidings::detail
