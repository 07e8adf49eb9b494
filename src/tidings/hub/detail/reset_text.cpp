// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/reset_text.hpp>

#include <fmt/format.h>

namespace tidings::detail {

std::string_view name_of(gap reason) noexcept
{
    switch (reason) {
    case gap::evicted:
        return "evicted";
    case gap::restarted:
        return "restarted";
    case gap::unknown_id:
        return "unknown_id";
    case gap::overflowed:
        return "overflowed";
    case gap::rolled_back:
        return "rolled_back";
    case gap::moved:
        return "moved";
    case gap::none:
        break;
    }
    return "";
}

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

std::string to_json(reset const& value)
{
    std::string text =
        fmt::format(R"({{"reason":"{}","oldest":{})", name_of(value.reason), json_string(value.oldest));
    if (value.dropped > 0)
        text += fmt::format(R"(,"dropped":{})", value.dropped);
    if (!value.topic.empty())
        text += fmt::format(R"(,"topic":{})", json_string(value.topic));
    return text + '}';
}

} // namespace tidings::detail
