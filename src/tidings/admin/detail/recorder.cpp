// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/recorder.hpp>

#include <utility>

namespace tidings::detail {

namespace {

constexpr std::size_t samples_kept = 15 * 60;

// With very many topics it looks less often than once a second: for a hundredth of the time.
constexpr int share_of_time = 100;

topic_options options_of_samples()
{
    topic_options options;
    options.max_events = samples_kept;
    options.history_bytes = samples_kept * 512;
    options.send_position = false;
    return options;
}

} // namespace

recorder::recorder(server& of, topic_registry topics, duration stuck_after)
    : topics_(std::move(topics)), stuck_after_(stuck_after),
      server_(internal::observe(of,
                                [ended = ended_](stream_end const& over) {
                                    if (over.is_stream)
                                        ended->fetch_add(1, std::memory_order_relaxed);
                                })),
      samples_(options_of_samples())
{}

void recorder::look()
{
    time_point const begin = clock::now();
    if (begin < next_look_)
        return;
    topics_then_ = internal::figures_of(topics_);
    next_look_ = begin + (clock::now() - begin) * share_of_time;
    moment const found = now();
    samples_.publish({.data = sample_of(before_.value_or(found), found)});
    before_ = found;
}

moment recorder::now() const
{
    auto const of_server = server_();
    moment found{
        .at = clock::now(),
        .date = std::chrono::system_clock::now(),
        .server = of_server ? of_server->stats : server_stats(),
        .topics = {},
        .streams_ended = ended_->load(std::memory_order_relaxed),
        .state = health_of_service(of_server, topics_then_.store_is_away, clock::now(), stuck_after_).reason,
    };
    add(found, topics_then_);
    return found;
}

} // namespace tidings::detail
