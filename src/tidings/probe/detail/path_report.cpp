// SPDX-License-Identifier: BSL-1.0
#include <tidings/probe/detail/path_report.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>

namespace tidings::detail {

namespace {

using std::chrono::milliseconds;

// Up to that character, which goes too.
std::string_view take_until(std::string_view& from, char end)
{
    auto const size = std::min(from.find(end), from.size());
    auto const taken = from.substr(0, size);
    from.remove_prefix(std::min(size + 1, from.size()));
    return taken;
}

std::optional<milliseconds> parse_time(std::string_view text)
{
    std::uint32_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return milliseconds(value);
}

bool parse_times(std::string_view text, std::vector<milliseconds>& into)
{
    while (!text.empty()) {
        auto const time = parse_time(take_until(text, ' '));
        if (!time || into.size() == static_cast<std::size_t>(beat_count))
            return false;
        into.push_back(*time);
    }
    return true;
}

bool parse_line(std::string_view name, std::string_view value, path_report& into)
{
    constexpr std::string_view header = "header-";
    auto const parse_cut = [&](std::optional<milliseconds>& cut) {
        return (cut = parse_time(value)).has_value();
    };
    if (name == "arrived")
        return parse_times(value, into.seen.arrived);
    if (name == "silence-cut")
        return parse_cut(into.seen.silence_cut_after);
    if (name == "traffic-cut")
        return parse_cut(into.seen.traffic_cut_after);
    if (name == "protocol")
        into.seen.protocol = value;
    else if (name == "encoding")
        into.seen.encoding = value;
    else if (name.starts_with(header))
        into.headers.emplace(name.substr(header.size()), value);
    else
        return false;
    return true;
}

} // namespace

std::optional<path_report> parse_report(std::string_view text)
{
    path_report report;
    while (!text.empty()) {
        auto line = take_until(text, '\n');
        auto const name = take_until(line, ':');
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        if (!parse_line(name, line, report))
            return std::nullopt;
    }
    return report;
}

} // namespace tidings::detail
