// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_registry.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What `tidings::metrics` reads of topics. Safe from any thread; takes the lock of the registry once.
namespace tidings::internal {

/// Of all topics with one `topic_options::label`: what they have seen, including those that are gone, and
/// what those in memory hold now.
struct label_figures
{
    topic_stats sum;
    std::map<std::string_view, std::uint64_t> resets; ///< that followers got, by reason
};

struct hub_figures
{
    topic_registry_stats registry;
    std::map<std::string, label_figures> by_label;
    std::map<std::string, bool> store_is_away; ///< by `topic_store::name`
};

void add(topic_stats& sum, topic_stats const& of) noexcept;

hub_figures figures_of(topic_registry const& all);

/// Of a topic that stands alone. Throws `std::invalid_argument` if it has no label, or is a registry's.
hub_figures figures_of(topic const& alone);

} // namespace tidings::internal
