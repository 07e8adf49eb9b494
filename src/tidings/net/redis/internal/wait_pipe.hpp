// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/net/redis/internal/command_pipe.hpp>
#include <tidings/net/redis/internal/engine_url.hpp>
#include <tidings/net/redis/internal/resp.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::internal {

/// Asks an engine how many replicas have what was written to it, and whether its disk has (WAIT, WAITAOF): on
/// a connection of its own, on which the engine does nothing else meanwhile. One question at a time. Pure.
class wait_pipe
{
public:
    /// `who` the engine has to be. The connection is there; an answer has to come within `answer_time`.
    wait_pipe(engine_url const& to, std::string who, duration answer_time, time_point now);
    wait_pipe(wait_pipe const&) = delete;
    wait_pipe& operator=(wait_pipe const&) = delete;

    bool is_free() const noexcept { return is_free_; }

    struct wanted
    {
        std::size_t replicas = 0; ///< the engine answers at once when it has so many,
        bool synced = false;      ///< and where it is on its disk, and on theirs;
        duration within{};        ///< else when this is over
    };
    struct counted
    {
        std::size_t replicas = 0;
        bool is_synced = false; ///< on the engine's own disk
    };
    /// `write` is a command that writes, and answers with the number 1: an engine waits for what was written
    /// on the same connection, and for all before that. What the engine refuses counts as nothing.
    void ask(std::vector<std::string_view> const& write, wanted const& what,
             std::function<void(counted)> then, time_point now);

    /// Both throw `engine_fault`.
    void receive(std::string_view bytes, time_point now);
    void check(time_point now) const;
    time_point due() const noexcept { return due_; }
    std::string take_output() { return pipe_.take_output(); }

private:
    duration const answer_time_;
    command_pipe pipe_{duration::max()}; // a question has a bound of its own
    bool is_free_ = false;
    time_point due_;
};

} // namespace tidings::internal
