// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/net/redis/internal/resp.hpp>

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::internal {

/// Commands on their way to the engine, and what is to be done with each answer: they come in order. Pure,
/// for one connection.
class command_pipe
{
public:
    using on_answer = std::function<void(engine_reply const&)>;

    /// Something has to come within that time while an answer is due.
    explicit command_pipe(duration answer_time) noexcept : answer_time_(answer_time) {}

    void ask(std::vector<std::string_view> const& words, on_answer then, time_point now);
    /// Calls what waits for the answers. Throws `engine_fault`, also when nothing was asked, and what those
    /// throw.
    void receive(std::string_view bytes, time_point now);
    /// Throws `engine_fault` when it has been silent for too long.
    void check(time_point now) const;
    time_point due() const noexcept { return due_; }

    std::string take_output() { return std::exchange(output_, {}); }

private:
    duration const answer_time_;
    reply_reader reader_;
    std::deque<on_answer> expected_;
    std::string output_;
    time_point due_ = time_point::max();
};

} // namespace tidings::internal
