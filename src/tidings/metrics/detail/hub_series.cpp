// SPDX-License-Identifier: BSL-1.0
#include <tidings/metrics/detail/series.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace tidings::detail {

namespace {

template <typename Stats>
struct hub_series
{
    metric_kind kind;
    std::string_view name;
    std::string_view help;
    std::uint64_t (*value)(Stats const& of);
};

using topic_series = hub_series<topic_stats>;
constexpr std::array all_topic_series{
    topic_series{metric_kind::counter, "tidings_events_published", "Events that followers could get.",
                 [](auto const& of) { return of.published; }},
    topic_series{metric_kind::counter, "tidings_events_delivered", "Events times streams that got them.",
                 [](auto const& of) { return of.delivered; }},
    topic_series{metric_kind::counter, "tidings_events_superseded",
                 "Events that a newer one of their key replaced.",
                 [](auto const& of) { return of.superseded; }},
    topic_series{metric_kind::counter, "tidings_events_refused",
                 "Publishes that were refused because followers or the store have to catch up.",
                 [](auto const& of) { return of.refused; }},
    topic_series{metric_kind::counter, "tidings_events_not_kept", "Publishes that the store could not keep.",
                 [](auto const& of) { return of.not_kept; }},
    topic_series{metric_kind::counter, "tidings_events_dropped",
                 "Events times followers that did not get them.", [](auto const& of) { return of.dropped; }},
    topic_series{metric_kind::counter, "tidings_followers_cut",
                 "Followers that were cut because they fell behind the history.",
                 [](auto const& of) { return of.cut; }},
    topic_series{metric_kind::gauge, "tidings_followers", "Streams and subscriptions that follow.",
                 [](auto const& of) { return std::uint64_t(of.subscribers); }},
    topic_series{metric_kind::gauge, "tidings_lagging_followers",
                 "Followers that have yet to get what was published.",
                 [](auto const& of) { return std::uint64_t(of.lagging); }},
    topic_series{metric_kind::gauge, "tidings_history_events", "Events in the histories.",
                 [](auto const& of) { return std::uint64_t(of.history_count); }},
    topic_series{metric_kind::gauge, "tidings_history_bytes", "What the histories hold of text.",
                 [](auto const& of) { return std::uint64_t(of.history_bytes); }},
};

using registry_series = hub_series<topic_registry_stats>;
constexpr std::array all_registry_series{
    registry_series{metric_kind::gauge, "tidings_topics", "Topics in memory that were published to.",
                    [](auto const& of) { return std::uint64_t(of.topics); }},
    registry_series{metric_kind::gauge, "tidings_blank_topics",
                    "Topics that are followed and were never published to.",
                    [](auto const& of) { return std::uint64_t(of.blank); }},
    registry_series{metric_kind::gauge, "tidings_kept_bytes",
                    "What topics hold, with what surrounds the events, as kept_bytes bounds it.",
                    [](auto const& of) { return std::uint64_t(of.bytes); }},
    registry_series{metric_kind::counter, "tidings_topics_expired",
                    "Topics that were forgotten because nobody had used them for long enough.",
                    [](auto const& of) { return of.expired; }},
    registry_series{metric_kind::counter, "tidings_topics_evicted",
                    "Topics that were forgotten to make room.", [](auto const& of) { return of.evicted; }},
    registry_series{metric_kind::counter, "tidings_events_given_up",
                    "Events that topics forgot before their time.",
                    [](auto const& of) { return of.events_given_up; }},
};

} // namespace

void merge(internal::hub_figures& into, internal::hub_figures const& from)
{
    into.registry.topics += from.registry.topics;
    into.registry.blank += from.registry.blank;
    into.registry.bytes += from.registry.bytes;
    into.registry.expired += from.registry.expired;
    into.registry.evicted += from.registry.evicted;
    into.registry.events_given_up += from.registry.events_given_up;
    for (auto const& [label, figures] : from.by_label) {
        auto& known = into.by_label[label];
        internal::add(known.sum, figures.sum);
        for (auto const& [reason, count] : figures.resets)
            known.resets[reason] += count;
        for (auto const& [result, count] : figures.resumes)
            known.resumes[result] += count;
        known.publish_to_socket.add(figures.publish_to_socket);
    }
    for (auto const& [store, is_away] : from.store_is_away)
        into.store_is_away[store] |= is_away;
}

void write_hub(exposition& out, internal::hub_figures const& of)
{
    for (auto const& each : all_topic_series) {
        out.begin(each.kind, each.name, each.help);
        for (auto const& [label, figures] : of.by_label)
            out.add({{"topic", label}}, each.value(figures.sum));
    }
    out.begin(metric_kind::counter, "tidings_resets",
              "Followers that were told that they have missed something, and why.");
    for (auto const& [label, figures] : of.by_label)
        for (auto const& [reason, count] : figures.resets)
            out.add({{"topic", label}, {"reason", reason}}, count);
    out.begin(metric_kind::counter, "tidings_resumes",
              "Followers whose client came with the id of what it had, and whether it has missed nothing.");
    for (auto const& [label, figures] : of.by_label)
        for (auto const& [result, count] : figures.resumes)
            out.add({{"topic", label}, {"result", result}}, count);
    out.begin(
        metric_kind::histogram, "tidings_publish_to_socket_seconds",
        "From an event's publish until a loop had offered it to all streams, for each that took it then.");
    for (auto const& [label, figures] : of.by_label)
        out.add({{"topic", label}}, figures.publish_to_socket);
    for (auto const& each : all_registry_series) {
        out.begin(each.kind, each.name, each.help);
        out.add({}, each.value(of.registry));
    }
    out.begin(metric_kind::gauge, "tidings_store_up",
              "1 while the store can be reached, 0 while it is away.");
    for (auto const& [store, is_away] : of.store_is_away)
        out.add({{"store", store}}, std::uint64_t(is_away ? 0 : 1));
}

} // namespace tidings::detail
