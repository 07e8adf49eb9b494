// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hub {

/// The bytes that base64 text (RFC 4648, section 4) stands for; empty when it is none. Padding may be absent.
std::optional<std::string> decode_base64(std::string_view text);

} // namespace hub
