// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/history.hpp>
#include <tidings/hub/topic.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tidings::detail {

class loop_group;

/// What the handles and the followers of one topic share. Safe from any thread.
class topic_state final : public std::enable_shared_from_this<topic_state>
{
public:
    explicit topic_state(topic_options options);

    publish_result publish(event const& value);
    void close();
    bool is_closed() const;
    std::string position() const;
    std::size_t subscribers() const;

    /// Where a follower begins, and the text of the reset that it has to be told first, if any.
    struct entrance
    {
        std::uint64_t next;
        std::string reset;
    };

    /// Enters a follower of the loop of `executor`: from now on its group is told of every event.
    std::shared_ptr<loop_group> enter(boost::asio::any_io_executor const& executor,
                                      std::optional<std::string> const& last_event_id, start_position from,
                                      entrance& at);
    void leave(loop_group& group);

    /// Frames from `from` on, at most `limit`; `is_behind` when they have left the history.
    struct batch
    {
        bool is_behind = false;
        bool is_last = false; ///< the topic is closed, and nothing comes after these
    };
    batch read(std::uint64_t from, std::size_t limit, std::vector<shared_frame>& into) const;
    std::uint64_t end() const;

private:
    void wake_groups();

    topic_options const options_;
    mutable std::mutex lock_;
    history history_;
    bool is_closed_ = false;
    std::size_t subscribers_ = 0;
    std::vector<std::shared_ptr<loop_group>> groups_; // one for each loop with followers
};

} // namespace tidings::detail
