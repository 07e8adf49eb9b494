// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/cursor.hpp>
#include <tidings/hub/detail/entry_plan.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/stream/internal/shared_frame.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tidings::detail {

/// The places of one follower in its topics, and the ids under which its client gets the events.
///
/// The topics of one order come by their numbers, so an id of that order leads back to a place in each of
/// them, and is a part of the frame that all streams share. In a stream over several orders an id has a
/// number for each: `b2k4zq7c1m0f-17.9fjs0c3l5e2a-3`.
class cursor_set
{
public:
    struct entrance
    {
        std::vector<reset> told;    ///< what the client has to be told before its first event
        bool knows_place = true;    ///< the client's id leads to where it is now, in all topics
        bool is_order_told = false; ///< that it has no place in an order, which is told once a stream
    };
    /// Enters the topics: from now on the reader is told of what comes. `last_event_id` wins over where the
    /// list starts. Throws `std::invalid_argument` for no topics, and for those of so many orders that ids
    /// become too long to come back; `too_many_topics`.
    entrance enter(topic_list const& topics, boost::asio::any_io_executor const& executor,
                   std::optional<std::string> const& last_event_id, reader& by);
    void leave();

    /// What all the topics have opted for, by the first one; null if one has not.
    internal::content_codings const* codings() const;
    /// Whether a publisher of one of them has said when clients come back.
    bool sets_retry() const noexcept;

    cursor& first() noexcept { return first_; }
    bool is_single() const noexcept { return !several_; }
    std::size_t orders() const noexcept { return is_single() ? 1 : several_->parts.size(); }
    bool has_filters() const noexcept { return several_ ? several_->have_filters : first_.has_filter(); }

    /// One of them has to be read on.
    bool lags() const noexcept;
    /// All topics are closed, and everything in them has been read.
    bool is_over() const noexcept;
    /// A store is away.
    bool is_stale() const noexcept;

    /// Reads on in the topics of one order that lags, at most `limit` events; each order has its turn.
    void read(std::size_t limit, merged& into);
    /// Notes that a cursor is told of something in this turn. Whether it is the first one.
    bool note(cursor& told);
    /// The same of what those that were noted are told. False when they cannot go on with that: they lag from
    /// now on. None is noted any more.
    bool take_told(merged& into);

    /// The first `done` of the events are done with. `keeps_pace`: see `cursor::move_to`; only where nothing
    /// is left.
    void move_past(merged& events, std::size_t done, bool keeps_pace);
    void move(cursor& at, std::uint64_t next, bool keeps_pace);

    /// Whether all the frames are what this client gets; else each has to be addressed.
    bool shares_ids(merged const& events) const noexcept
    {
        return is_single() || (several_->parts.size() == 1 && !events.has_own_ids);
    }
    internal::shared_frame addressed(merged const& events, std::size_t i) const;

    /// A place of the client.
    struct mark
    {
        std::size_t part = 0;
        std::uint64_t at = 0; // a number; in a stream of one topic a place
    };
    mark here(std::size_t part) const noexcept;
    std::string position(mark const& at) const;
    /// The id of what the client has been given so far.
    std::string position() const { return position(here(0)); }

private:
    /// The topics of one order.
    struct part
    {
        order const* numbers = nullptr;
        std::vector<cursor*> cursors{};
        std::uint64_t number = 0; // everything up to it has been given
        std::size_t lagging = 0;  // cursors
    };
    struct several
    {
        std::deque<cursor> others;
        std::vector<part> parts;
        std::vector<cursor*> told; // in this turn
        std::size_t turn = 0;      // of the parts
        bool have_filters = false; // one of them
    };

    void enter(entry_part const& planned, boost::asio::any_io_executor const& executor, entrance& entered);
    part& part_of(cursor const& at) noexcept;

    std::unique_ptr<several> several_; // before the place, beside what each delivery reads of it
    cursor first_;                     // in place, because most follow one topic
};

} // namespace tidings::detail
