// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/json.hpp>
#include <tidings/sse/utf8.hpp>

#include <fmt/format.h>

namespace tidings::detail {

std::string json_of(std::string_view text)
{
    bool const is_utf8 = is_valid_utf8(text);
    std::string quoted = "\"";
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            quoted.append({'\\', c});
        else if (byte < 0x20)
            quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(byte));
        else
            quoted += byte >= 0x80 && !is_utf8 ? '?' : c;
    }
    return quoted + '"';
}

std::string_view beginning_of(std::string_view text, std::size_t most) noexcept
{
    if (text.size() <= most)
        return text;
    auto const continues = [&](std::size_t at) {
        return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
    };
    while (most > 0 && continues(most))
        --most;
    return text.substr(0, most);
}

} // namespace tidings::detail
