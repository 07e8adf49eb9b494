// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/cursor.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/stream/internal/shared_frame.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tidings::detail {

/// The places of one follower in its topics, and the ids under which its client gets the events.
///
/// In a stream of one topic an event has its own id; in a stream of several, one that holds a place in each,
/// see `position_list`.
class reading
{
public:
    struct entrance
    {
        std::vector<reset> told; ///< what the client has to be told before its first event
        bool knows_place = true; ///< the client's id leads to where it is now, in all topics
    };
    /// Enters the topics: from now on the reader is told of what comes. `last_event_id` wins over where the
    /// list starts. Throws `std::invalid_argument` when the ids of the stream could become too long to come
    /// back, and `too_many_topics`.
    entrance enter(topic_list const& topics, boost::asio::any_io_executor const& executor,
                   std::optional<std::string> const& last_event_id, reader& by);
    void leave();

    cursor& first() noexcept { return first_; }
    bool is_single() const noexcept { return !others_; }
    std::size_t count() const noexcept { return is_single() ? 1 : 1 + others_->places.size(); }

    /// The one to be read now, so that each has its turn.
    cursor& take_turn() noexcept;

    /// All topics are closed, and everything in them has been read.
    bool is_over() const noexcept;

    /// An event of the topic of `at`, as this client gets it.
    internal::shared_frame addressed(cursor const& at, std::uint64_t number,
                                     internal::shared_frame const& frame) const;

    /// The id of what the client has been given so far.
    std::string position() const;
    /// The same if `at` were still at `next`.
    std::string position(cursor const& at, std::uint64_t next) const;

    /// What the client is told when it has lost so many events of a topic.
    reset overflow_reset(cursor const& at, std::uint64_t dropped) const;

private:
    struct others
    {
        std::list<cursor> places;
        std::list<cursor>::iterator turn = places.end(); // the end: the first one's
    };

    /// Calls for each place, in the order of the list.
    template <typename Action>
    void for_each(Action action);
    template <typename Action>
    void for_each(Action action) const;

    std::unique_ptr<others> others_; // before the place, beside what each delivery reads of it
    cursor first_;                   // in place, because most follow one topic
};

} // namespace tidings::detail
