// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace tidings::detail {

/// UTF-8 text as a JSON string (RFC 8259, section 7), with its quotes.
std::string json_string(std::string_view text);

} // namespace tidings::detail
