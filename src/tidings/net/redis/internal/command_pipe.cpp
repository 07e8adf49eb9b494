// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/redis/internal/command_pipe.hpp>
#include <tidings/net/redis/internal/engine_fault.hpp>

#include <fmt/format.h>

#include <chrono>

namespace tidings::internal {

void command_pipe::ask(std::vector<std::string_view> const& words, on_answer then, time_point now)
{
    append_command(output_, words);
    if (expected_.empty())
        due_ = later(now, answer_time_);
    expected_.push_back(std::move(then));
}

void command_pipe::receive(std::string_view bytes, time_point now)
{
    reader_.feed(bytes);
    while (auto const got = reader_.next()) {
        if (expected_.empty())
            throw engine_fault("it sent an answer that nothing had asked for");
        auto const then = std::move(expected_.front());
        expected_.pop_front();
        then(*got);
    }
    due_ = expected_.empty() ? time_point::max() : later(now, answer_time_);
}

void command_pipe::check(time_point now) const
{
    if (now < due_)
        return;
    auto const waited = std::chrono::duration_cast<std::chrono::milliseconds>(answer_time_);
    throw engine_fault(fmt::format("it has not answered for {} ms", waited.count()));
}

} // namespace tidings::internal
