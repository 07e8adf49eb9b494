// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/detail/route_table.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::internal {

/// What a router has found. It refers to the router, which must outlive it.
template <typename Value>
class route_match
{
public:
    route_match(detail::route_lookup found, Value const* value) : found_(std::move(found)), value_(value) {}

    [[nodiscard]] route_outcome outcome() const noexcept { return found_.outcome; }
    /// Null unless the outcome is `found`.
    [[nodiscard]] Value const* value() const noexcept { return value_; }
    /// Names of the pattern with what stood in the path, decoded.
    [[nodiscard]] auto const& params() const noexcept { return found_.params; }
    /// The value of the header Allow, for `method_not_allowed` and `options`.
    [[nodiscard]] std::string const& allow() const noexcept { return found_.allow; }

private:
    detail::route_lookup found_;
    Value const* value_;
};

/// Leads methods and paths to values, such as handlers. Patterns are segments of literal text and of
/// `{name}`:
///
///     routes.add("GET", "/builds/{id}/events", handler);
///
/// `{name}` stands for one segment that is not empty. Paths are cut at '/' before they are decoded, so that
/// "%2F" stays within a segment. Nothing else is done to them: "//" has an empty segment, "." and ".." are
/// segments like others, and letters keep their case, so "/a//b" and "/a/../b" lead to no route of "/a/b" or
/// "/b". Of several patterns that match a path and a method the more exact one wins:
/// the one with literal text in the first segment in which they differ. A final '/' counts: "/a" and "/a/"
/// are two paths.
///
/// HEAD goes where GET does, unless it has a route of its own; OPTIONS without a route of its own is answered
/// from the routes, for "*" from all of them. Reading is safe from several threads once all routes are added.
template <typename Value>
class router
{
public:
    /// Throws `std::invalid_argument`, whose text shows the pattern, if the method or the pattern is
    /// malformed or the same method leads to an equivalent pattern already ("/a/{x}" and "/a/{y}" are
    /// equivalent).
    void add(std::string_view method, std::string_view pattern, Value value)
    {
        table_.add(method, pattern);
        values_.push_back(std::move(value));
    }

    /// `path` is percent-encoded, as `request::path()` is.
    [[nodiscard]] route_match<Value> find(std::string_view method, std::string_view path) const
    {
        auto found = table_.find(method, path);
        auto const* const value = found.outcome == route_outcome::found ? &values_[found.index] : nullptr;
        return {std::move(found), value};
    }

private:
    detail::route_table table_;
    std::vector<Value> values_;
};

} // namespace tidings::internal
