// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/json.hpp>
#include <tidings/admin/detail/sample.hpp>

#include <fmt/format.h>

namespace tidings::detail {

namespace {

// Totals shrink where topics that stand for them have left; that is no rate.
double rate(std::uint64_t before, std::uint64_t now, duration between)
{
    double const seconds = std::chrono::duration<double>(between).count();
    return now > before && seconds > 0 ? static_cast<double>(now - before) / seconds : 0;
}

} // namespace

topic_stats sum_of(internal::hub_figures const& all)
{
    topic_stats sum;
    for (auto const& [label, each] : all.by_label)
        internal::add(sum, each.sum);
    return sum;
}

std::string sample_of(moment const& before, moment const& now)
{
    auto const between = now.at - before.at;
    auto const milliseconds = std::chrono::floor<std::chrono::milliseconds>(now.date.time_since_epoch());
    return fmt::format(
        R"({{"t":{},"connections":{},"streams":{},"opened":{:.1f},"ended":{:.1f},"published":{:.1f},)"
        R"("dropped":{:.1f},"followers":{},"lagging":{},"lag":{},"topics":{},"buffered":{},"kept":{},"state":{}}})",
        milliseconds.count(), now.server.connections, now.server.streams,
        rate(before.server.streams_opened, now.server.streams_opened, between),
        rate(before.streams_ended, now.streams_ended, between),
        rate(before.topics.published, now.topics.published, between),
        rate(before.topics.dropped, now.topics.dropped, between), now.topics.subscribers, now.topics.lagging,
        now.topics.max_lag, now.topic_count, now.server.buffered_bytes, now.topics.history_bytes,
        json_of(now.state));
}

} // namespace tidings::detail
