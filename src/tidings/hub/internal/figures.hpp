// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/loop/internal/histogram.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What metrics and the console read of topics. Safe from any thread. The lock of a registry is taken for a
/// fraction of a millisecond at a time, however many topics there are.
namespace tidings::internal {

inline constexpr std::array delivery_bounds{50e-6, 100e-6, 250e-6, 500e-6, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                            0.05,  0.1,    0.25,   0.5,    1.,    2.5,    5.,    10.};

/// Of all topics with one `topic_options::label`: what they have seen, including those that are gone, and
/// what those in memory hold now.
struct label_figures
{
    topic_stats sum;
    std::map<std::string_view, std::uint64_t> resets;  ///< that followers got, by reason
    std::map<std::string_view, std::uint64_t> resumes; ///< of clients that came with an id, by result

    /// From the publish of each event until it had been offered to all streams of a loop, counted once for
    /// each that then had nothing left to get. Empty without `time_deliveries`.
    histogram publish_to_socket{delivery_bounds};
};
using label_map = std::map<std::string, label_figures, std::less<>>;

struct hub_figures
{
    topic_registry_stats registry;
    label_map by_label;
    std::map<std::string, bool> store_is_away; ///< by `topic_store::name`
};

void add(topic_stats& sum, topic_stats const& of) noexcept;
/// What a topic holds now alone, not what it has counted.
void add_held(topic_stats& sum, topic_stats const& of) noexcept;

/// The counters are of one moment. What topics hold now is summed topic by topic, see `for_each_topic`.
hub_figures figures_of(topic_registry const& all);

/// Of a topic that stands alone. Throws `std::invalid_argument` if it has no label, or is a registry's.
hub_figures figures_of(topic const& alone);

/// From now on the loops look at the clock when they have delivered: once a turn.
void time_deliveries(topic_registry const& all);
void time_deliveries(topic const& alone);

struct seen_topic
{
    std::string name;
    std::string_view label; ///< valid as long as the registry
    topic_stats stats;
};

/// Calls `look` with each topic in memory, the oldest first, without a lock: it may do what it likes. Topics
/// are read some at a time. One that comes or goes meanwhile may be left out; none is seen twice.
void for_each_topic(topic_registry const& all, std::function<void(seen_topic const&)> const& look);

} // namespace tidings::internal
