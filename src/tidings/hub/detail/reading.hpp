// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/cursor.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/stream/shared_frame.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>

namespace tidings::detail {

/// The places of one follower in its topics, and the ids under which its client gets the events.
///
/// In a stream of one topic an event has its own id; in a stream of several, one that holds a place in each,
/// see `position_list`.
class reading
{
public:
    /// Enters the topics. `last_event_id` wins over where the list starts.
    reading(topic_list const& topics, boost::asio::any_io_executor const& executor,
            std::optional<std::string> const& last_event_id);

    void join(std::shared_ptr<reader> const& of);
    void leave();

    std::list<cursor>& cursors() noexcept { return cursors_; }
    bool is_single() const noexcept { return cursors_.size() == 1; }

    /// An event of the topic of `at`, as this client gets it.
    shared_frame addressed(cursor const& at, std::uint64_t number, shared_frame const& frame) const;

    /// The id of what the client has been given so far.
    std::string position() const;

    /// The data of a `tidings-reset`, with the topic's name if there are several.
    std::string reset_data(cursor const& at, reset told) const;

private:
    std::string id_at(cursor const& at, std::uint64_t next) const;

    std::list<cursor> cursors_; // never moved: groups point to them
};

} // namespace tidings::detail
