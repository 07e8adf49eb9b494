// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace tidings::detail {

/// A token of RFC 9110, 5.6.2: what methods and field names are made of.
[[nodiscard]] bool is_token(std::string_view text) noexcept;

/// A control character of ASCII.
[[nodiscard]] bool is_control(char c) noexcept;

/// A field value of RFC 9110, 5.5: visible characters, spaces, tabs and bytes over 127, no space at either
/// end.
[[nodiscard]] bool is_field_value(std::string_view text) noexcept;

/// Decimal digits only, and at least one.
[[nodiscard]] bool is_number(std::string_view text) noexcept;

/// ASCII letters compare without their case, as field names and most tokens do.
[[nodiscard]] bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept;

/// What stands before the separator; the rest, without it, stays in `text`.
[[nodiscard]] std::string_view take_until(std::string_view& text, char separator) noexcept;

/// The text without spaces and tabs at its ends.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// Takes the next item off a list (RFC 9110, 5.6.1), trimmed; possibly an empty one.
[[nodiscard]] std::string_view take_list_item(std::string_view& list, char separator = ',') noexcept;

} // namespace tidings::detail
