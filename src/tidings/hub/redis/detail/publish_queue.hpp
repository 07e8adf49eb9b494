// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/redis/redis_store.hpp>
#include <tidings/hub/topic_store.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/net/redis/internal/resp.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tidings::detail {

/// What a history keeps, as a store is told it.
struct history_bounds
{
    std::size_t events = 1;
    std::size_t bytes = 0;
    duration age{}; ///< zero and below: no bound
};

/// An event on its way to the engine.
struct queued_publish
{
    std::string topic;
    history_bounds bounds;
    stored_event value;
    redis_promise promise{};
    std::function<void(topic_store::kept)> when_kept;
    time_point since{};

    // The queue's.
    std::uint64_t sequence = 0;
    std::uint64_t before = 0; ///< sequence number that the engine had to know as the last
    bool was_sent = false;    ///< the engine may have it
};

/// What is to be said to a publisher, of an event that the engine has kept.
struct kept_publish
{
    topic_store::kept answer;
    std::function<void(topic_store::kept)> when_kept;
};

/// The events of this process on their way to the engine, in order. Each is sent with its sequence number and
/// that of the one before it, so that the engine takes none twice, and none before an earlier one. When it
/// refuses one, it refuses those behind it that were on their way as well; they are sent again. Pure.
class publish_queue
{
public:
    /// Refuses those that were never sent, `timeout` after they came.
    void expire(time_point now, duration timeout);
    /// When the next of these is due; the end of time: none.
    time_point due(duration timeout) const noexcept;

    void push(queued_publish added);

    /// What is to be sent now; from then on it is on its way. Null: nothing.
    queued_publish const* take();
    /// The engine has answered the oldest that is on its way: what it has kept, with its number. What it has
    /// refused is told. Throws `engine_fault` for an answer that none can have, and when another life has
    /// begun.
    std::optional<queued_publish> answer(internal::engine_reply const& got);

    /// The connection is gone: what was on its way is sent again. `last` is the last sequence number that the
    /// engine has taken, and `lost` what it had answered and has not any more.
    void begin_anew(std::uint64_t last, std::vector<queued_publish> lost = {});
    /// Nothing will be sent any more: all are told.
    void refuse_all(std::string const& why);

private:
    void on_error(std::string const& text);
    queued_publish pull(std::size_t at);

    std::deque<queued_publish> queue_;
    std::uint64_t next_sequence_ = 1;
    std::uint64_t last_ = 0;     // that the engine has taken, as far as is known
    std::size_t on_its_way_ = 0; // from the front on: sent on this connection
    std::size_t held_back_ = 0;  // of these, from the front on: answered, and to be sent again
    std::size_t bytes_on_its_way_ = 0;
};

} // namespace tidings::detail
