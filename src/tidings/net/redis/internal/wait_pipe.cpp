// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/redis/internal/engine_fault.hpp>
#include <tidings/net/redis/internal/greeting.hpp>
#include <tidings/net/redis/internal/wait_pipe.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace tidings::internal {

namespace {

using std::chrono::milliseconds;

std::size_t count_of(engine_reply const& got)
{
    require(got.what == engine_reply::kind::number && got.number >= 0);
    return static_cast<std::size_t>(got.number);
}

wait_pipe::counted parse_count(engine_reply const& got, bool is_of_disks)
{
    if (got.what == engine_reply::kind::error && meaning_of(got.text) == engine_error::refused)
        return {};
    require_no_error(got);
    if (!is_of_disks)
        return {.replicas = count_of(got)};
    require(got.items.size() == 2);
    return {.replicas = count_of(got.items[1]), .is_synced = count_of(got.items[0]) > 0};
}

} // namespace

wait_pipe::wait_pipe(engine_url const& to, std::string who, duration answer_time, time_point now)
    : answer_time_(answer_time), due_(later(now, answer_time))
{
    auto const on_info = [this, who = std::move(who)](engine_info const& got) {
        if (got.who != who)
            throw engine_fault("its connections lead to different engines");
        is_free_ = true;
        due_ = time_point::max();
    };
    greet(pipe_, to, on_info, now);
}

void wait_pipe::ask(std::vector<std::string_view> const& write, wanted const& what,
                    std::function<void(counted)> then, time_point now)
{
    auto const on_written = [](engine_reply const& got) {
        require_no_error(got);
        if (got.number != 1) // there was nothing to wait for then
            throw engine_fault("it has forgotten the events that it accepted from this process");
    };
    auto const on_counted = [this, synced = what.synced, then = std::move(then)](engine_reply const& got) {
        auto const counts = parse_count(got, synced);
        is_free_ = true;
        due_ = time_point::max();
        then(counts);
    };
    auto const time =
        std::max(std::chrono::duration_cast<milliseconds>(what.within), milliseconds(1)); // 0: for ever
    std::string const replicas = std::to_string(what.replicas);
    std::string const within = std::to_string(time.count());
    is_free_ = false;
    due_ = later(later(now, answer_time_), time);
    pipe_.ask(write, on_written, now);
    if (what.synced)
        pipe_.ask({"WAITAOF", "1", replicas, within}, on_counted, now);
    else
        pipe_.ask({"WAIT", replicas, within}, on_counted, now);
}

void wait_pipe::receive(std::string_view bytes, time_point now)
{
    pipe_.receive(bytes, now);
}

void wait_pipe::check(time_point now) const
{
    if (now >= due_)
        throw engine_fault("it did not report in time how many replicas have an event");
}

} // namespace tidings::internal
