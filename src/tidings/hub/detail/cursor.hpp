// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/batch.hpp>
#include <tidings/hub/detail/loop_feed.hpp>
#include <tidings/hub/detail/topic_state.hpp>
#include <tidings/hub/following.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::detail {

/// A follower's place in one topic: a number, not a queue. What the follower cannot take stays in the topic's
/// history. There is one for each stream, and a delivery reads it, so it is kept small.
class cursor
{
public:
    cursor() = default;
    cursor(cursor const&) = delete;
    cursor& operator=(cursor const&) = delete;
    ~cursor() { leave(); }

    /// What it chooses by; before it enters. An empty one lets all pass.
    void choose_by(event_filter where);
    /// Enters a topic, with the lock of its registry held: nothing that comes from now on is missed. Whether
    /// something in front of that is missing.
    gap enter(topic_state& of, boost::asio::any_io_executor const& executor,
              std::optional<std::uint64_t> after, start_position from, time_point now);
    /// Its client has everything up to that number, also what has yet to come here: with the lock held.
    void skip_up_to(std::uint64_t number);
    /// The number that its client has; 0 where that is none that has yet to come.
    std::uint64_t skips_up_to() const noexcept { return filter_ ? filter_->ahead : 0; }
    /// From now on the reader is told of what comes. It is kept alive until the cursor leaves, and so is the
    /// topic, which the caller has kept until now.
    void join(reader& of);
    /// The cursor may be gone then, with its reader.
    void leave();

    /// Also in the middle of anything that calls a filter: a user's code may end what it likes.
    bool has_left() const noexcept { return group_ == nullptr; }

    topic_state& topic() const noexcept { return group_->topic(); }
    loop_group& group() const noexcept { return *group_; }

    std::uint64_t next() const noexcept { return next_; }
    /// Everything before `next` is done with. `keeps_pace`: the next event comes with the group's batch.
    void move_to(std::uint64_t next, bool keeps_pace);

    /// What comes is not in the group's batches: it has to be read.
    bool lags() const noexcept { return lags_; }

    /// The topic is closed, and everything in it has been read.
    bool is_over() const noexcept { return is_over_; }
    void set_over() noexcept { is_over_ = true; }

    /// What has no id, comments and retry times, is for all. The cursor may have left then.
    bool wants(internal::shared_frame const& frame, origin const& from) const
    {
        if (!filter_ || !has_id(frame))
            return true;
        return from.number > filter_->ahead &&
               (!filter_->where ||
                filter_->where(frame.event(), from.key ? std::string_view(*from.key) : std::string_view()));
    }
    bool has_filter() const noexcept { return filter_ != nullptr; }
    /// Whether the topic has sent its followers away since this one came.
    bool is_sent_away(batch const& live) const noexcept { return live.disconnects != disconnects_; }

    /// Of one with a filter: whether the client knows a place so old that it will soon be out of the history,
    /// which begins at `oldest`, because what came since did not pass the filter.
    bool is_place_stale(std::uint64_t oldest) const noexcept;
    /// Whether it is so far behind that its stream is to be cut. One that has kept pace until now has nothing
    /// unsent.
    bool is_left_behind(batch const& live) const;
    /// The client has been sent the id of this place.
    void place_sent(std::uint64_t next) noexcept
    {
        if (filter_)
            filter_->sent = next;
    }
    /// The client has been sent the event at this place.
    void event_sent(origin const& which) noexcept
    {
        group_->count_delivered(1);
        place_sent(which.place + 1);
        if (filter_ && !filter_->where && which.number > filter_->ahead)
            filter_.reset();
    }

    // The group's.
    reader& owner() const noexcept { return *reader_; }
    std::uint32_t index() const noexcept { return index_; }
    void set_index(std::size_t index) noexcept { index_ = static_cast<std::uint32_t>(index); }

private:
    struct filter
    {
        event_filter where;
        std::uint64_t sent = 0;  ///< the client has the id of this place
        std::uint64_t ahead = 0; ///< and everything up to this number
    };

    // First what each delivery reads.
    boost::intrusive_ptr<reader> reader_;
    std::uint64_t next_ = 0;
    std::unique_ptr<filter> filter_; // only of those that choose
    std::uint32_t disconnects_ = 0;
    bool lags_ = false;
    bool is_over_ = false;
    std::uint32_t index_ = 0;
    audience::laggard lag_;       // if it lags
    loop_group* group_ = nullptr; // null: it has left; the topic keeps a group that has followers
};

} // namespace tidings::detail
