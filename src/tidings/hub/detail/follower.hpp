// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/cursor_set.hpp>
#include <tidings/hub/following.hpp>
#include <tidings/stream/internal/event_writer.hpp>
#include <tidings/stream/internal/stream_core.hpp>
#include <tidings/wait/channel.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace tidings::detail {

/// Carries topics on a stream. What the connection cannot take stays in the topics' histories. There is one
/// for each stream, in one allocation with its place in the first topic.
class follower final : public internal::feed, public reader
{
public:
    using end_channel = std::unique_ptr<channel<follow_end>>;

    /// Takes the stream over, opens it, and sends what its client has missed. `over` is told of the end; with
    /// none the stream ends itself.
    static boost::intrusive_ptr<follower> start(topic_list const& topics, internal::stream_core& out,
                                                end_channel over);

    follower(internal::stream_core& out, end_channel over) noexcept : out_(&out.out()), over_(std::move(over))
    {}

    /// Leaves the stream, and says why if somebody wants to know.
    void end(follow_end why);

    void take(cursor& at, batch const& live) override;
    void end_turn() override;
    void look_at_stores() override;
    void refill() override;
    void stream_ended() override { end(follow_end::stream_ended); }
    bool sets_retry() const noexcept override { return topics_.sets_retry(); }

private:
    void begin(topic_list const& topics, internal::stream_core& out);
    template <typename Action>
    void work(Action action);
    void look_at(cursor& at, batch const& live);
    void catch_up();
    void deliver_unnamed(cursor const& at, batch const& live);
    void deliver_live(cursor& at, batch const& live);
    bool deliver(merged& events);
    bool choose(merged& events);
    void note_places(merged const& events, std::size_t done);
    void send_stale_place(merged const& events);
    void append_place();
    void tell_stale();
    void cut_behind(cursor const& at);
    void end_stream(follow_end why);
    void leave();

    bool is_replaying_ = true; // until it has caught up for the first time
    bool knows_place_ = false; // the client has an id that leads back to where it is
    bool is_at_work_ = false;
    bool is_stale_ = false;       // the client has been told that a store is away
    follow_end why_{};            // once it has left the stream
    internal::event_writer* out_; // null then
    cursor_set topics_;
    end_channel over_; // of a `follow`
};

} // namespace tidings::detail
