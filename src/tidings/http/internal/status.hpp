// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace tidings::internal {

/// The reason phrase of a status code, "Not Found" for 404; "Unknown" for a code that RFC 9110 and its
/// extensions do not name.
[[nodiscard]] std::string_view status_text(int status) noexcept;

/// False for 1xx, 204 and 304, whose responses end with their head (RFC 9112, 6.3).
[[nodiscard]] constexpr bool status_allows_body(int status) noexcept
{
    return status >= 200 && status != 204 && status != 304;
}

} // namespace tidings::internal
