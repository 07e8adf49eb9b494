// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace tidings::detail {

/// The text as a JSON string, with its quotes. What is not UTF-8 in it becomes '?'.
std::string json_of(std::string_view text);

/// The beginning of the text, at most `most` bytes, and no character cut in two.
std::string_view beginning_of(std::string_view text, std::size_t most) noexcept;

} // namespace tidings::detail
