// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings {

/// The header fields of a response, in the order in which they were added. A value type, not thread-safe.
///
/// Fields that could break the framing are refused with `std::invalid_argument`: names that are not tokens,
/// values with CR, LF, NUL or another control character (RFC 9110, 5.5). So are the fields that frame a
/// message, since the server writes them itself: Content-Length, Transfer-Encoding and Connection.
class headers
{
public:
    using field = std::pair<std::string, std::string>;

    /// Adds a field, even if there is one of this name already (Set-Cookie, Vary, Link).
    void add(std::string name, std::string value);

    /// Adds a field in place of all that have this name.
    void set(std::string name, std::string value);

    /// Removes all fields of this name.
    void remove(std::string_view name);

    /// The value of the first field of this name, ignoring case; empty if there is none.
    [[nodiscard]] std::string_view get(std::string_view name) const noexcept;
    [[nodiscard]] bool contains(std::string_view name) const noexcept { return find(name); }

    [[nodiscard]] bool empty() const noexcept { return fields_.empty(); }
    [[nodiscard]] auto begin() const noexcept { return fields_.begin(); }
    [[nodiscard]] auto end() const noexcept { return fields_.end(); }

private:
    [[nodiscard]] field const* find(std::string_view name) const noexcept;

    std::vector<field> fields_;
};

} // namespace tidings
