// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/line_scanner.hpp>

namespace tidings::detail {
namespace {

/// Looks for the CRLF that ends one line.
line_scan scan_line(std::string_view text, std::size_t position) noexcept
{
    for (auto i = position; i != text.size(); ++i) {
        auto const byte = static_cast<unsigned char>(text[i]);
        if ((byte >= 0x20 && byte != 0x7F) || byte == '\t') [[likely]]
            continue;
        if (byte == '\n')
            return {line_state::bare_lf, i};
        if (byte != '\r')
            return {line_state::control_character, i};
        if (i + 1 == text.size())
            return {line_state::unfinished, i};
        if (text[i + 1] != '\n')
            return {line_state::bare_cr, i};
        return {line_state::complete, i + 2};
    }
    return {line_state::unfinished, text.size()};
}

} // namespace

line_scan scan_lines(std::string_view text, std::size_t position) noexcept
{
    for (;;) {
        auto const rest = text.substr(position);
        if (position != 0 && text[position - 1] == '\n') {
            if (rest.starts_with("\r\n"))
                return {line_state::complete, position + 2};
            if (rest.starts_with(' ') || rest.starts_with('\t'))
                return {line_state::folded_line, position};
        }
        auto const line = scan_line(text, position);
        if (line.state != line_state::complete)
            return line;
        position = line.position;
    }
}

} // namespace tidings::detail
