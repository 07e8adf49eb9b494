// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/batch.hpp>
#include <tidings/loop/internal/loop_call.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <vector>

namespace tidings::detail {

class cursor;
class topic_state;

/// The followers of one topic on one loop. A publish asks for one call for all of them, however many events
/// have come meanwhile. It keeps its topic while it has members. Touched by the loop's thread only, but for
/// `wake` and what the topic guards.
class loop_group final : public std::enable_shared_from_this<loop_group>, internal::loop_call
{
public:
    loop_group(topic_state& of, boost::asio::any_io_executor executor, std::uint64_t next);

    topic_state& topic() const noexcept { return topic_; }

    bool is_on(boost::asio::any_io_executor const& executor) const noexcept;

    /// Something was published. From any thread, with the topic's lock held.
    void wake() { request(); }
    /// Its last follower has left. With the topic's lock held.
    void outlive_call();

    void add(cursor& joined);
    void remove(cursor& gone);

    // Guarded by the topic's lock.
    std::size_t count = 0;      ///< followers
    std::size_t lagging = 0;    ///< of these, those that do not keep pace
    std::uint64_t position = 0; ///< those that do have been given everything below it

private:
    void on_turn() override;
    void on_dropped() noexcept override { itself_ = nullptr; }
    void deliver();
    std::exception_ptr tell_all();
    void go_on();

    topic_state& topic_;
    std::shared_ptr<topic_state> kept_;  // while there are members
    std::shared_ptr<loop_group> itself_; // after its last follower, until the call that it has asked for
    boost::asio::any_io_executor executor_;
    std::uint64_t next_; // the loop's own copy of `position`
    std::vector<cursor*> members_;
    batch batch_; // its memory is used again
};

} // namespace tidings::detail
