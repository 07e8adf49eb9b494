// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/json_string.hpp>

#include <fmt/format.h>

namespace tidings::detail {

std::string json_string(std::string_view text)
{
    std::string quoted = "\"";
    for (char const c : text) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        if (static_cast<unsigned char>(c) < 0x20)
            quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            quoted += c;
    }
    return quoted + '"';
}

} // namespace tidings::detail
