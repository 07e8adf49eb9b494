// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/stream/shared_frame.hpp>
#include <tidings/stream/writer.hpp>
#include <tidings/wait/channel.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace tidings::detail {

class loop_group;
class topic_state;

/// One stream's place in a topic: a cursor, not a queue. What the connection cannot take stays in the topic's
/// history.
class subscriber final : public feed
{
public:
    subscriber(std::shared_ptr<topic_state> of, std::shared_ptr<loop_group> group, event_stream& out,
               std::uint64_t next, std::optional<channel<follow_end>> over);
    ~subscriber();

    /// Events from number `first` on; those behind the cursor go out. The subscriber may be over afterwards.
    void take(std::span<shared_frame const> events, std::uint64_t first);

    /// The topic is closed: ends once everything is handed over.
    void refill() override;
    void stream_ended() override { leave(follow_end::stream_ended); }

    /// Gives the stream back to its handler.
    void detach();

    // The group's.
    std::size_t index = 0;

private:
    void leave(follow_end why);
    void end_of_topic();

    std::shared_ptr<topic_state> of_;
    std::shared_ptr<loop_group> group_;
    event_stream* out_;
    std::uint64_t next_;
    std::optional<channel<follow_end>> over_; // of a `follow`
};

} // namespace tidings::detail
