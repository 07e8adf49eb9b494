// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/json.hpp>
#include <tidings/admin/detail/topic_table.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

namespace tidings::detail {

namespace {

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same_letter(char a, char b)
{
    return lower(a) == lower(b);
}

} // namespace

topic_table::topic_table(std::string_view order, std::string part)
    : order_(order == "followers"   ? column::followers
             : order == "published" ? column::published
             : order == "name"      ? column::name
                                    : column::lag),
      part_(std::move(part))
{}

bool topic_table::wants(std::string_view name) const
{
    return std::ranges::search(name, part_, is_same_letter).begin() != name.end() || part_.empty();
}

// The most lagging first, and of equals the one with more followers, so that the order does not jump about.
bool topic_table::is_before(column by, topic_row const& a, topic_row const& b)
{
    auto const key = [by](topic_row const& of) {
        auto const& [lagging, lag, followers, published] =
            std::tie(of.stats.lagging, of.stats.max_lag, of.stats.subscribers, of.stats.published);
        switch (by) {
        case column::lag:
            return std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>(lag, lagging, followers);
        case column::followers:
            return std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>(followers, lagging, published);
        case column::published:
            return std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>(published, followers, lagging);
        case column::name:
            break;
        }
        return std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>();
    };
    auto const of_a = key(a);
    auto const of_b = key(b);
    return of_a != of_b ? of_a > of_b : a.name < b.name;
}

std::string topic_table::row(topic_row const& shown, double rate)
{
    auto const& stats = shown.stats;
    return fmt::format(R"({{"name":{},"followers":{},"lagging":{},"lag":{},"published":{},"rate":{:.1f},)"
                       R"("cut":{},"dropped":{},"events":{},"bytes":{}}})",
                       json_of(shown.name), stats.subscribers, stats.lagging, stats.max_lag, stats.published,
                       rate, stats.cut, stats.dropped, stats.history_count, stats.history_bytes);
}

std::string topic_table::show(std::vector<topic_row> all, time_point now)
{
    std::size_t const count = all.size();
    auto const last = all.begin() + static_cast<std::ptrdiff_t>(std::min(count, most_rows));
    std::partial_sort(all.begin(), last, all.end(),
                      [this](auto const& a, auto const& b) { return is_before(order_, a, b); });
    all.erase(last, all.end());

    double const seconds = std::chrono::duration<double>(now - std::exchange(shown_at_, now)).count();
    std::map<std::string, std::uint64_t> published;
    std::string rows;
    for (topic_row const& each : all) {
        auto const before = published_.find(each.name);
        std::uint64_t const added = before != published_.end() && before->second < each.stats.published
                                        ? each.stats.published - before->second
                                        : 0;
        rows += (rows.empty() ? "" : ",") + row(each, static_cast<double>(added) / seconds);
        published.emplace(each.name, each.stats.published);
    }
    published_ = std::move(published);
    return fmt::format(R"({{"count":{},"rows":[{}]}})", count, rows);
}

} // namespace tidings::detail
