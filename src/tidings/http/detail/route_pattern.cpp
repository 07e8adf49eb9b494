// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/route_pattern.hpp>
#include <tidings/http/detail/target.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace tidings::detail {
namespace {

constexpr std::string_view name_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

/// Calls `action` with each segment of a path: one for "/", an empty last one for "/a/".
template <typename Action>
void for_each_segment(std::string_view path, Action action)
{
    while (!path.empty()) {
        path.remove_prefix(1);
        auto const segment = path.substr(0, path.find('/'));
        action(segment);
        path.remove_prefix(segment.size());
    }
}

} // namespace

route_pattern::route_pattern(std::string_view text) : text_(text)
{
    if (!text.starts_with('/'))
        throw std::invalid_argument(fmt::format("the route \"{}\" does not begin with '/'", text));
    for_each_segment(text, [this](std::string_view segment) { add_segment(segment); });
}

void route_pattern::add_segment(std::string_view segment)
{
    auto const refuse = [this](std::string_view reason) {
        throw std::invalid_argument(fmt::format("the route \"{}\" {}", text_, reason));
    };
    if (segment.find_first_of("{}") == std::string_view::npos) {
        if (segment.find_first_of("%?#") != std::string_view::npos)
            refuse("has '%', '?' or '#'; write the path as plain text, neither encoded nor with a query");
        segments_.push_back({std::string(segment), false});
        return;
    }
    if (segment.size() < 3 || segment.front() != '{' || segment.back() != '}')
        refuse("has a brace outside a segment of the form {name}");
    auto const name = segment.substr(1, segment.size() - 2);
    if (name.find_first_not_of(name_characters) != std::string_view::npos)
        refuse("has a name with other characters than letters, digits and '_'");
    if (std::ranges::any_of(segments_,
                            [&](auto const& other) { return other.is_name && other.text == name; }))
        refuse("has the same name twice");
    segments_.push_back({std::string(name), true});
}

bool route_pattern::matches(std::vector<std::string> const& path) const noexcept
{
    return std::ranges::equal(segments_, path, &segment::matches);
}

bool route_pattern::begins(std::vector<std::string> const& path) const noexcept
{
    bool const ends_with_slash = !segments_.back().is_name && segments_.back().text.empty();
    auto const last = segments_.end() - (ends_with_slash ? 1 : 0);
    auto const [unmatched, rest] = std::mismatch(
        segments_.begin(), last, path.begin(), path.end(),
        [](segment const& expected, std::string const& actual) { return expected.matches(actual); });
    return unmatched == last;
}

route_params route_pattern::params(std::vector<std::string> const& path) const
{
    route_params params;
    for (std::size_t i = 0; i != segments_.size(); ++i)
        if (segments_[i].is_name)
            params.emplace_back(segments_[i].text, path[i]);
    return params;
}

bool route_pattern::operator<(route_pattern const& other) const noexcept
{
    return std::ranges::lexicographical_compare(segments_, other.segments_,
                                                [](segment const& a, segment const& b) {
                                                    if (a.is_name || b.is_name)
                                                        return !a.is_name && b.is_name;
                                                    return a.text < b.text;
                                                });
}

std::vector<std::string> split_path(std::string_view path)
{
    std::vector<std::string> segments;
    if (path.starts_with('/'))
        for_each_segment(path,
                         [&](std::string_view segment) { segments.push_back(decode_segment(segment)); });
    return segments;
}

} // namespace tidings::detail
