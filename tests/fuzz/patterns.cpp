// SPDX-License-Identifier: BSL-1.0
// Patterns of routes and of topics' names, against the plainest reading of their rules.
#include <tidings/http/internal/router.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/sse/utf8.hpp>

#include "input.hpp"
#include "require.hpp"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using tidings::fuzz::require;

namespace {

using segments = std::vector<std::string_view>;

segments cut(std::string_view text)
{
    segments all;
    for (;;) {
        auto const slash = text.find('/');
        all.push_back(text.substr(0, slash));
        if (slash == std::string_view::npos)
            return all;
        text.remove_prefix(slash + 1);
    }
}

bool is_open(std::string_view segment)
{
    return segment.starts_with('{') && segment.ends_with('}');
}

bool is_tail(std::string_view segment)
{
    return segment.starts_with('{') && segment.ends_with("...}");
}

// Names, and paths without escapes, so that a segment is what it says.
bool fits(std::string_view path, std::string_view pattern)
{
    auto const given = cut(path);
    auto const wanted = cut(pattern);
    for (std::size_t i = 0; i != wanted.size(); ++i) {
        if (i == given.size())
            return false;
        if (is_tail(wanted[i]))
            return !(given.size() == i + 1 && given[i].empty());
        if (is_open(wanted[i]) ? given[i].empty() : given[i] != wanted[i])
            return false;
    }
    return wanted.size() == given.size();
}

void match_topic(std::string_view pattern, std::string_view name)
{
    constexpr std::size_t longest_name = 255;
    tidings::topic_registry all;
    try {
        all.add(std::string(pattern));
    } catch (std::invalid_argument const&) {
        return;
    }
    if (!tidings::is_valid_utf8(name) || name.size() > longest_name)
        return;
    require(all.get(name).has_value() == fits(name, pattern), "a topic's name fits its pattern",
            std::string(pattern) + " and " + std::string(name));
}

void match_routes(std::string_view first, std::string_view second, std::string_view path)
{
    tidings::internal::router all;
    std::vector<std::string_view> patterns;
    for (auto const pattern : {first, second}) {
        try {
            all.add("GET", pattern);
            patterns.push_back(pattern);
        } catch (std::invalid_argument const&) { // NOLINT(bugprone-empty-catch): it is no pattern
        }
    }
    if (!path.starts_with('/') || path.find('%') != std::string_view::npos)
        return;
    auto const found = all.find("GET", tidings::internal::split_path(path));
    bool const is_found = found.outcome == tidings::internal::route_outcome::found;
    bool fits_any = false;
    for (auto const pattern : patterns)
        fits_any |= fits(path, pattern);
    require(is_found == fits_any, "a path leads where a pattern fits", std::string(path));
    if (is_found)
        require(fits(path, patterns[found.index]), "a path leads to a pattern that fits", std::string(path));
    for (auto const& [name, value] : found.params)
        require(path.find(value) != std::string_view::npos && !value.empty(),
                "a name stands for part of the path", name);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    tidings::fuzz::input from(data, size);
    bool const is_topic = from.choose(1) == 0;
    auto const first = from.text(from.choose(40));
    auto const second = from.text(from.choose(40));
    if (is_topic)
        match_topic(first, from.rest());
    else
        match_routes(first, second, from.rest());
    return 0;
}
