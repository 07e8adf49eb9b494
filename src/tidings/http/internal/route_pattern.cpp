// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/syntax.hpp>
#include <tidings/http/detail/target.hpp>
#include <tidings/http/internal/route_pattern.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace tidings::internal {
namespace {

constexpr std::string_view name_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
constexpr std::string_view tail_mark = "...";

/// Calls `action` with each segment: one for "", an empty last one for "a/".
template <typename Action>
void for_each_segment(std::string_view text, Action action)
{
    for (;;) {
        auto const slash = text.find('/');
        action(text.substr(0, slash));
        if (slash == std::string_view::npos)
            return;
        text.remove_prefix(slash + 1);
    }
}

[[noreturn]] void refuse(std::string_view pattern, std::string_view reason)
{
    throw std::invalid_argument(fmt::format("tidings: the pattern \"{}\" {}", pattern, reason));
}

} // namespace

path_segments split_path(std::string_view path)
{
    path_segments segments;
    if (path.starts_with('/'))
        for_each_segment(path.substr(1), [&](std::string_view segment) {
            segments.push_back(detail::decode_segment(segment));
        });
    return segments;
}

path_segments split_name(std::string_view name)
{
    path_segments segments;
    for_each_segment(name, [&](std::string_view segment) { segments.emplace_back(segment); });
    return segments;
}

route_pattern::route_pattern(std::string_view text, subject of) : text_(text)
{
    if (of == subject::paths) {
        if (!text.starts_with('/'))
            refuse(text_, "does not begin with '/'");
        text.remove_prefix(1);
    }
    for_each_segment(text, [&](std::string_view segment) {
        if (!segments_.empty() && has_tail())
            refuse(text_, "goes on behind {name...}, which takes all that follows");
        if (segment.find_first_of("{}") == std::string_view::npos)
            add_literal(segment, of);
        else if (segment.starts_with('{') && segment.ends_with('}'))
            add_name(segment.substr(1, segment.size() - 2));
        else
            refuse(text_, "has a brace outside a segment of the form {name}");
    });
}

void route_pattern::add_literal(std::string_view text, subject of)
{
    if (text.find('*') != std::string_view::npos)
        refuse(text_, "has a '*'; for all that follows write a last segment {name...}");
    if (of == subject::paths && text.find_first_of("%?#") != std::string_view::npos)
        refuse(text_, "has '%', '?' or '#'; write the path as plain text, neither encoded nor with a query");
    if (of == subject::paths && std::ranges::any_of(text, detail::is_control))
        refuse(text_, "has a control character, which no path can have");
    segments_.push_back({std::string(text), kind::literal});
}

void route_pattern::add_name(std::string_view in_braces)
{
    bool const is_tail = in_braces.ends_with(tail_mark);
    if (is_tail)
        in_braces.remove_suffix(tail_mark.size());
    if (in_braces.empty() || in_braces.find_first_not_of(name_characters) != std::string_view::npos)
        refuse(text_, "has a name that is not made of letters, digits and '_'");
    if (std::ranges::any_of(segments_, [&](auto const& other) {
            return other.is != kind::literal && other.text == in_braces;
        }))
        refuse(text_, "has the same name twice");
    segments_.push_back({std::string(in_braces), is_tail ? kind::tail : kind::name});
}

bool route_pattern::do_first_match(std::size_t count, path_segments const& path) const noexcept
{
    if (path.size() < count)
        return false;
    for (std::size_t i = 0; i != count; ++i)
        if (!segments_[i].matches(path[i]))
            return false;
    return true;
}

bool route_pattern::matches(path_segments const& path) const noexcept
{
    if (has_tail() && path.size() > segments_.size()) // a '/' is in what the tail stands for: it is not empty
        return do_first_match(segments_.size() - 1, path);
    return path.size() == segments_.size() && do_first_match(segments_.size(), path);
}

bool route_pattern::begins(path_segments const& path) const noexcept
{
    if (has_tail())
        return matches(path);
    bool const ends_with_slash = segments_.back().is == kind::literal && segments_.back().text.empty();
    return do_first_match(segments_.size() - (ends_with_slash ? 1 : 0), path);
}

route_params route_pattern::params(path_segments const& path) const
{
    route_params params;
    for (std::size_t i = 0; i != segments_.size(); ++i)
        if (segments_[i].is != kind::literal)
            params.emplace_back(segments_[i].text, path[i]);
    if (has_tail())
        for (std::size_t i = segments_.size(); i != path.size(); ++i)
            params.back().second.append("/").append(path[i]);
    return params;
}

bool route_pattern::operator<(route_pattern const& other) const noexcept
{
    return std::ranges::lexicographical_compare(
        segments_, other.segments_, [](segment const& a, segment const& b) {
            return a.is != b.is ? a.is < b.is : a.is == kind::literal && a.text < b.text;
        });
}

std::size_t route_pattern::least_size() const noexcept
{
    std::size_t size = segments_.size() - 1;
    for (auto const& each : segments_)
        size += each.is == kind::literal ? each.text.size() : 1;
    return size;
}

} // namespace tidings::internal
