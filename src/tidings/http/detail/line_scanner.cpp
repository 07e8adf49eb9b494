// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/line_scanner.hpp>

namespace tidings::detail {

line_scan scan_line(std::string_view text, std::size_t position) noexcept
{
    for (auto i = position; i != text.size(); ++i) {
        auto const byte = static_cast<unsigned char>(text[i]);
        if ((byte >= 0x20 && byte != 0x7F) || byte == '\t') [[likely]]
            continue;
        if (byte == '\n')
            return {false, i, {400, "a line ends with LF, without CR"}};
        if (byte != '\r')
            return {false, i, {400, "a line has a control character; this is plain HTTP, without TLS"}};
        if (i + 1 == text.size())
            return {false, i};
        if (text[i + 1] != '\n')
            return {false, i, {400, "a line has a CR without LF"}};
        return {true, i + 2};
    }
    return {false, text.size()};
}

line_scan scan_lines(std::string_view text, std::size_t position) noexcept
{
    for (;;) {
        auto const rest = text.substr(position);
        if (position != 0 && text[position - 1] == '\n') {
            if (rest.starts_with("\r\n"))
                return {true, position + 2};
            if (rest.starts_with(' ') || rest.starts_with('\t'))
                return {false, position, {400, "a line begins with a space"}};
        }
        auto const line = scan_line(text, position);
        if (!line.is_complete)
            return line;
        position = line.position;
    }
}

} // namespace tidings::detail
