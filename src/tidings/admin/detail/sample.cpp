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

void add(moment& to, internal::hub_figures const& topics)
{
    for (auto const& [label, each] : topics.by_label) {
        internal::add(to.topics, each.sum);
        to.publish_to_socket.add(each.publish_to_socket);
    }
}

std::optional<double> quantile(internal::histogram const& before, internal::histogram const& now, double part)
{
    auto const bounds = now.bounds();
    double const wanted = part * static_cast<double>(now.count() - before.count());
    double below = 0;
    for (std::size_t i = 0; i < now.counts().size(); ++i) {
        auto const here = static_cast<double>(now.counts()[i] - before.counts()[i]);
        if (here > 0 && below + here >= wanted) {
            double const least = i == 0 ? 0 : bounds[i - 1];
            double const most = i == bounds.size() ? bounds[i - 1] : bounds[i];
            return least + (most - least) * (wanted - below) / here;
        }
        below += here;
    }
    return std::nullopt;
}

std::string sample_of(moment const& before, moment const& now)
{
    auto const between = now.at - before.at;
    auto const latency = [&](double part) {
        auto const seconds = quantile(before.publish_to_socket, now.publish_to_socket, part);
        return seconds ? fmt::format("{:.6f}", *seconds) : std::string("null");
    };
    auto const milliseconds = std::chrono::floor<std::chrono::milliseconds>(now.date.time_since_epoch());
    return fmt::format(
        R"({{"t":{},"connections":{},"streams":{},"opened":{:.1f},"ended":{:.1f},"published":{:.1f},"delivered":{:.1f},)"
        R"("p50":{},"p99":{},"lagging":{},"lag":{},"buffered":{},"kept":{},"state":{}}})",
        milliseconds.count(), now.server.connections, now.server.streams,
        rate(before.server.streams_opened, now.server.streams_opened, between),
        rate(before.streams_ended, now.streams_ended, between),
        rate(before.topics.published, now.topics.published, between),
        rate(before.topics.delivered, now.topics.delivered, between), latency(0.5), latency(0.99),
        now.topics.lagging, now.topics.max_lag, now.server.buffered_bytes, now.topics.history_bytes,
        json_of(now.state));
}

} // namespace tidings::detail
