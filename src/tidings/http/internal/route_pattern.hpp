// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::internal {

/// What stood in a path at the names of a pattern, in the pattern's order.
using route_params = std::vector<std::pair<std::string, std::string>>;

/// What lies between the slashes of a path, decoded, or of a name.
using path_segments = std::vector<std::string>;

/// Cuts a path that begins with '/' at each '/' and decodes each segment, so that "%2F" stays within one.
/// None for other paths, which is "*" alone.
[[nodiscard]] path_segments split_path(std::string_view path);
/// The same of a name, which begins with no '/' and is not encoded.
[[nodiscard]] path_segments split_name(std::string_view name);

/// A pattern of paths, or of names such as those of topics. Between its slashes stand literal text, `{name}`
/// for one segment, or at the end `{name...}` for all that follows, with its slashes. Neither is ever empty.
class route_pattern
{
public:
    enum class subject : std::uint8_t
    {
        paths, // begins with '/'
        names,
    };

    /// Throws `std::invalid_argument`, whose text shows the pattern, if it is malformed or nothing can match.
    explicit route_pattern(std::string_view text, subject of = subject::paths);

    [[nodiscard]] bool matches(path_segments const& path) const noexcept;

    /// Whether such a path lies below this one, as "/builds/7/log" below "/builds". A '/' at the end of the
    /// pattern says nothing; "/" stands for all, "*" included.
    [[nodiscard]] bool begins(path_segments const& path) const noexcept;

    /// Of a path that matches.
    [[nodiscard]] route_params params(path_segments const& path) const;

    /// Orders patterns so that the more exact one comes first: at the first segment in which two differ,
    /// literal text before a name, and a name before a tail. Equivalent patterns match the same paths.
    [[nodiscard]] bool operator<(route_pattern const& other) const noexcept;

    /// How long what matches is at least, decoded.
    [[nodiscard]] std::size_t least_size() const noexcept;

    [[nodiscard]] std::string const& text() const noexcept { return text_; }

private:
    enum class kind : std::uint8_t
    {
        literal,
        name,
        tail,
    };

    struct segment
    {
        std::string text;
        kind is;

        bool matches(std::string const& actual) const noexcept
        {
            return is == kind::literal ? text == actual : !actual.empty();
        }
    };

    void add_literal(std::string_view text, subject of);
    void add_name(std::string_view in_braces);
    bool do_first_match(std::size_t count, path_segments const& path) const noexcept;
    bool has_tail() const noexcept { return segments_.back().is == kind::tail; }

    std::string text_;
    std::vector<segment> segments_; // never empty
};

} // namespace tidings::internal
