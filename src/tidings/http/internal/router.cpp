// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/syntax.hpp>
#include <tidings/http/internal/router.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <stdexcept>
#include <utility>

namespace tidings::internal {
namespace {

std::string allow_list(std::set<std::string_view> methods)
{
    if (methods.contains("GET"))
        methods.insert("HEAD");
    methods.insert("OPTIONS");
    return fmt::format("{}", fmt::join(methods, ", "));
}

} // namespace

void router::add(std::string_view method, std::string_view pattern)
{
    if (!detail::is_token(method))
        throw std::invalid_argument(fmt::format("\"{}\" is no method, in the route \"{}\"", method, pattern));
    route added{route_pattern(pattern), std::string(method), routes_.size()};
    auto const [first, last] =
        std::ranges::equal_range(routes_, added.pattern, std::less<>(), &route::pattern);
    for (auto i = first; i != last; ++i)
        if (i->method == method)
            throw std::invalid_argument(fmt::format("the route \"{} {}\" is there already, as \"{}\"", method,
                                                    pattern, i->pattern.text()));
    routes_.insert(last, std::move(added));
}

route_match router::find(std::string_view method, path_segments const& path) const
{
    auto const* found = find_route(method, path);
    if (!found && method == "HEAD")
        found = find_route("GET", path);
    if (found)
        return {route_outcome::found, found->index, found->pattern.params(path), {}};

    bool const any_path = path.empty(); // "*"
    std::set<std::string_view> methods;
    for (auto const& candidate : routes_)
        if (any_path || candidate.pattern.matches(path))
            methods.insert(candidate.method);
    if (methods.empty() && !any_path)
        return {};
    auto const outcome = method == "OPTIONS" ? route_outcome::options : route_outcome::method_not_allowed;
    return {outcome, 0, {}, allow_list(std::move(methods))};
}

router::route const* router::find_route(std::string_view method, path_segments const& path) const noexcept
{
    auto const found = std::ranges::find_if(
        routes_, [&](route const& r) { return r.method == method && r.pattern.matches(path); });
    return found == routes_.end() ? nullptr : &*found;
}

} // namespace tidings::internal
