// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/redis/detail/confirmations.hpp>
#include <tidings/net/redis/internal/engine_fault.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace tidings::detail {

using counted = internal::wait_pipe::counted;

namespace {

kept_publish told(queued_publish& of, counted const& got)
{
    bool const is_kept = got.replicas >= of.promise.replicas && (got.is_synced || !of.promise.synced);
    return {.answer = {.number = of.value.number, .replicas = got.replicas, .stored_only = !is_kept},
            .when_kept = std::move(of.when_kept)};
}

void move_all(std::vector<queued_publish>& from, std::vector<queued_publish>::iterator begin,
              std::vector<queued_publish>& to)
{
    std::move(begin, from.end(), std::back_inserter(to));
    from.erase(begin, from.end());
}

} // namespace

std::exception_ptr refusal_of(redis_promise const& promise, internal::engine_info const& by)
{
    if (!promise.synced || (by.has_true_waitaof && by.has_append_file))
        return nullptr;
    std::string const why =
        by.has_true_waitaof
            ? "it has no append-only file; set `appendonly yes`"
            : fmt::format(
                  "its version is {}, and only Redis 8.0 and newer confirm it truthfully (WAITAOF); use one, "
                  "or set `appendfsync always` and promise no more than that an event is stored",
                  by.version);
    return std::make_exception_ptr(std::runtime_error(
        "tidings: the topic promises that its events are synced, which the engine cannot confirm: " + why));
}

void confirmations::add(queued_publish kept, time_point now)
{
    waiting_.push_back(std::move(kept));
    send(now);
}

void confirmations::end()
{
    disconnected();
    for (auto all = std::exchange(waiting_, {}); auto& each : all)
        then_(told(each, {}));
}

bool confirmations::begin(time_point now)
{
    if (waiting_.empty() || pipe_ || due_ != time_point::max())
        return false;
    due_ = later(now, answer_time_);
    return true;
}

void confirmations::connected(internal::engine_url const& to, std::string who, std::vector<std::string> write,
                              time_point now)
{
    write_ = std::move(write);
    pipe_.emplace(to, std::move(who), answer_time_, now);
}

void confirmations::receive(std::string_view bytes, time_point now)
{
    pipe_->receive(bytes, now);
    send(now);
}

void confirmations::disconnected()
{
    pipe_.reset();
    due_ = time_point::max();
    move_all(asked_, asked_.begin(), waiting_);
    std::ranges::sort(waiting_, {}, &queued_publish::sequence);
}

void confirmations::check(time_point now) const
{
    if (pipe_)
        pipe_->check(now);
    else if (now >= due_)
        throw internal::engine_fault("it did not accept the node in time");
}

std::vector<queued_publish> confirmations::take_lost(std::uint64_t last)
{
    std::vector<queued_publish> lost;
    move_all(waiting_, std::ranges::upper_bound(waiting_, last, {}, &queued_publish::sequence), lost);
    return lost;
}

// Those of the promise of the oldest, in one question.
void confirmations::send(time_point now)
{
    if (!pipe_ || !pipe_->is_free() || waiting_.empty())
        return;
    redis_promise const what = waiting_.front().promise;
    for (auto all = std::exchange(waiting_, {}); auto& each : all)
        (each.promise == what ? asked_ : waiting_).push_back(std::move(each));
    pipe_->ask(
        {write_.begin(), write_.end()},
        {.replicas = what.replicas, .synced = what.synced, .within = what.within},
        [this](counted const& got) { finish(got); }, now);
}

void confirmations::finish(counted const& got)
{
    for (auto all = std::exchange(asked_, {}); auto& each : all)
        then_(told(each, got));
}

} // namespace tidings::detail
