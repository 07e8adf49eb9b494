// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/redis/detail/publish_queue.hpp>
#include <tidings/hub/redis/redis_store.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/net/redis/internal/engine_info.hpp>
#include <tidings/net/redis/internal/engine_url.hpp>
#include <tidings/net/redis/internal/wait_pipe.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::detail {

/// Why an engine cannot keep a promise; null if it can.
std::exception_ptr refusal_of(redis_promise const& promise, internal::engine_info const& by);

/// Events that the engine has, and whose publishers are told when more than that is true, or its time is
/// over. All that have come while the engine waits for some are waited for together. Pure.
class confirmations
{
public:
    using on_done = std::function<void(kept_publish)>;
    confirmations(duration answer_time, on_done then) : answer_time_(answer_time), then_(std::move(then)) {}

    void add(queued_publish kept, time_point now);
    /// Nobody will know more of them.
    void end();

    // The connection

    /// Whether it is wanted and has to be made: from now on it is on its way.
    bool begin(time_point now);
    /// It is there. `who` the engine has to be; `write` is a command that answers with the number 1.
    void connected(internal::engine_url const& to, std::string who, std::vector<std::string> write,
                   time_point now);
    void receive(std::string_view bytes, time_point now);
    void disconnected();
    /// Throws `engine_fault` when it has been silent for too long.
    void check(time_point now) const;
    time_point due() const noexcept { return pipe_ ? pipe_->due() : due_; }
    std::string take_output() { return pipe_ ? pipe_->take_output() : std::string(); }

    /// While there is no connection: those that the engine has lost, which has taken this process's events up
    /// to this sequence number; in order.
    std::vector<queued_publish> take_lost(std::uint64_t last);

private:
    void send(time_point now);
    void finish(internal::wait_pipe::counted const& got);

    duration const answer_time_;
    on_done const then_;
    std::vector<queued_publish> waiting_; // by sequence number
    std::vector<queued_publish> asked_;   // that the engine waits for; of one promise
    std::vector<std::string> write_;
    std::optional<internal::wait_pipe> pipe_;
    time_point due_ = time_point::max(); // of a connection that is being made
};

} // namespace tidings::detail
