// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace tidings::detail {

/// A letter of ASCII in lower case; what else there is stays as it is, whatever the locale.
constexpr char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace tidings::detail
