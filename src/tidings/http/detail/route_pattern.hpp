// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::detail {

/// What stood in a path at the names of a pattern, in the pattern's order.
using route_params = std::vector<std::pair<std::string, std::string>>;

/// The pattern of a route: segments that are literal text or `{name}`.
class route_pattern
{
public:
    /// Throws `std::invalid_argument`, whose text shows the pattern, if it is malformed.
    explicit route_pattern(std::string_view text);

    /// Whether a path, cut at '/' and then decoded, has this shape. `{name}` stands for one segment that is
    /// not empty.
    [[nodiscard]] bool matches(std::vector<std::string> const& segments) const noexcept;

    /// Whether such a path begins with this shape; a '/' at the end of the pattern says nothing.
    [[nodiscard]] bool begins(std::vector<std::string> const& segments) const noexcept;

    [[nodiscard]] route_params params(std::vector<std::string> const& segments) const;

    /// Orders patterns so that the more exact one comes first: at the first segment in which two differ,
    /// literal text before a name. Equivalent patterns match the same paths.
    [[nodiscard]] bool operator<(route_pattern const& other) const noexcept;

    [[nodiscard]] std::string const& text() const noexcept { return text_; }

private:
    struct segment
    {
        std::string text;
        bool is_name;

        bool matches(std::string const& actual) const noexcept
        {
            return is_name ? !actual.empty() : text == actual;
        }
    };

    void add_segment(std::string_view text);

    std::string text_;
    std::vector<segment> segments_;
};

/// Cuts a path that begins with '/' at each '/' and decodes each segment, so that "%2F" stays within one.
/// None for other paths.
[[nodiscard]] std::vector<std::string> split_path(std::string_view path);

} // namespace tidings::detail
