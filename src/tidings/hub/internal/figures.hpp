// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_registry.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What metrics and the console read of topics. Safe from any thread. The lock of a registry is taken for a
/// fraction of a millisecond at a time, however many topics there are.
namespace tidings::internal {

/// Of all topics with one `topic_options::label`: what they have seen, including those that are gone, and
/// what those in memory hold now.
struct label_figures
{
    topic_stats sum;
    std::map<std::string_view, std::uint64_t> resets; ///< that followers got, by reason
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
