// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/batch.hpp>
#include <tidings/hub/detail/topic_state.hpp>
#include <tidings/hub/event_filter.hpp>
#include <tidings/hub/start_position.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace tidings::detail {

class cursor;

/// Follows topics through cursors, on one loop.
class reader
{
public:
    /// Events have come to the topic of a cursor, or its followers have been sent away. A cursor that lags
    /// behind `live` is read on when its reader can take more.
    virtual void take(cursor& at, batch const& live) = 0;

protected:
    ~reader() = default;
};

/// A follower's place in one topic: a number, not a queue. What the follower cannot take stays in the topic's
/// history.
class cursor
{
public:
    /// Enters the topic: from now on the reader is told of what comes. `id` wins over `from`.
    cursor(std::shared_ptr<topic_state> of, event_filter where, boost::asio::any_io_executor const& executor,
           std::optional<std::string> const& id, start_position from);
    cursor(cursor const&) = delete;
    cursor& operator=(cursor const&) = delete;
    /// Has left before.
    ~cursor();

    /// Lets the group keep the reader alive until the cursor leaves.
    void join(std::shared_ptr<reader> of);
    void leave();

    topic_state& topic() const noexcept { return *of_; }

    /// What the client has to be told before its first event.
    reset const& told() const noexcept { return told_; }

    /// Reads on; an empty batch when there is nothing. A place behind the history moves on to its oldest
    /// event, unless the topic's policy is to cut: then the batch says that it is behind.
    /// The number of events that were passed over.
    std::uint64_t read(std::size_t limit, batch& into);

    std::uint64_t next() const noexcept { return next_; }
    /// Everything below `next` is done with. `keeps_pace`: the next event comes with the group's batch.
    void move_to(std::uint64_t next, bool keeps_pace);

    /// What comes is not in the group's batches: it has to be read.
    bool lags() const noexcept { return lag_.has_value(); }

    /// The topic is closed, and everything in it has been read.
    bool is_over() const noexcept { return is_over_; }
    void set_over() noexcept { is_over_ = true; }

    bool wants(shared_frame const& frame) const;
    bool has_filter() const noexcept { return static_cast<bool>(where_); }
    /// Whether the topic has sent its followers away since this one came.
    bool is_sent_away(batch const& live) const noexcept { return live.disconnects != disconnects_; }

    /// Whether the client knows a place so old that it will soon be out of the history, because what came
    /// since did not pass the filter.
    bool is_place_stale(batch const& live) const noexcept;
    /// It lags so far behind that its stream is to be cut.
    bool is_left_behind(batch const& live) const;
    /// The client has been sent the id of this place.
    void place_sent(std::uint64_t next) noexcept { sent_ = next; }

    /// The topic's own id of the place before `next`.
    std::string place_id(std::uint64_t next) const { return of_->id_text(next - 1); }

    std::size_t index = 0; ///< the group's

private:
    std::shared_ptr<topic_state> of_;
    event_filter where_;
    std::shared_ptr<loop_group> group_;
    std::optional<topic_state::laggard> lag_;
    std::uint64_t next_ = 0;
    std::uint64_t sent_ = 0;
    std::uint64_t disconnects_ = 0;
    std::uint64_t came_at_ = 0; // what is older was there when it came
    reset told_;
    bool is_in_ = false;
    bool is_over_ = false;
};

} // namespace tidings::detail
