// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/topic_registry.hpp>
#include <tidings/loop/time.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::detail {

struct topic_row
{
    std::string name;
    topic_stats stats;
};

/// The topics that a page shows: the first few in the order that it asked for. Its state is what is needed to
/// tell how much is published a second. Used by one stream.
class topic_table
{
public:
    static constexpr std::size_t most_rows = 50;

    /// `order`: "lag", "followers", "published" or "name", else as "lag". `part`: names contain it, whatever
    /// the case of ASCII letters.
    topic_table(std::string_view order, std::string part);

    /// Whether the topic is among those that are asked for.
    bool wants(std::string_view name) const;

    /// Sorts, and keeps the first ones: JSON with their number and the rows.
    std::string show(std::vector<topic_row> all, time_point now);

private:
    enum class column : std::uint8_t
    {
        lag,
        followers,
        published,
        name,
    };
    static bool is_before(column by, topic_row const& a, topic_row const& b);
    static std::string row(topic_row const& shown, double rate);

    column order_;
    std::string part_;
    time_point shown_at_{};
    std::map<std::string, std::uint64_t> published_; // by the rows that were shown last
};

} // namespace tidings::detail
