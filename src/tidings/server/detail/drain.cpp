// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/background.hpp>
#include <tidings/server/detail/connection.hpp>
#include <tidings/wait/after.hpp>
#include <tidings/wait/select.hpp>

#include <algorithm>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace tidings::detail {

namespace {

constexpr auto pause_between_streams = 1ms;
// Kept back from the drain time for the last sockets to be closed in.
constexpr duration reserve = 100ms;

asio::awaitable<void> join_background(context ctx, std::shared_ptr<background> work, time_point deadline,
                                      channel<bool> has_ended)
{
    bool const is_none_left = co_await background::join(work, ctx, deadline);
    (void)has_ended.try_send(is_none_left);
}

} // namespace

asio::awaitable<void> drain(std::shared_ptr<loop_state> loop, std::shared_ptr<background> work)
{
    context const ctx = loop->root;
    duration const whole = std::max(loop->shared->options.drain_timeout, duration::zero());
    time_point const begin = ctx.now();
    time_point const end = later(begin, std::max(whole - reserve, whole / 2));
    loop->is_draining = true;
    loop->last_beat = time_point::max();
    channel<bool> work_has_ended(1);
    if (work) { // it has its time beside the streams
        work->root.cancel(end_reason::server_stopping);
        spawn(ctx, join_background, work, end, work_has_ended);
    }

    std::vector<boost::intrusive_ptr<connection>> streams;
    for (auto const& each : loop->connections()) {
        each->begin_drain();
        streams.insert(streams.end(), each->streams(), each); // each of them has its turn
        if (!each->is_at_work())
            each->stop(std::nullopt);
    }
    std::shuffle(streams.begin(), streams.end(), loop->random);
    duration const window = std::min<duration>(whole / 2, pause_between_streams * streams.size());
    for (std::size_t i = 0; i < streams.size(); ++i) {
        after turn(begin + window * i / streams.size());
        co_await turn.wait(ctx);
        streams[i]->stop(loop->reconnect_pause());
        streams[i].reset();
    }

    after half_time(later(begin, whole / 2));
    if (!loop->is_empty())
        co_await select(ctx, loop->emptied, half_time);
    for (auto const& each : loop->connections())
        each->stop(std::nullopt);

    after last_moment(end);
    if (!loop->is_empty())
        co_await select(ctx, loop->emptied, last_moment);
    for (auto const& each : loop->connections())
        each->close_now();
    if (!work)
        co_return;
    bool const has_ended = (co_await work_has_ended.receive(ctx)).value_or(false);
    if (has_ended) // the last handlers may have spawned more
        co_await background::join(work, ctx, end);
}

} // namespace tidings::detail
