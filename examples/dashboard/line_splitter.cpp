// SPDX-License-Identifier: BSL-1.0
#include "line_splitter.hpp"

#include <tidings/sse/utf8.hpp>

#include <utility>

namespace dashboard {

namespace {

// Takes out "ESC [ parameters letter" (colours, cursor moves) and all other control characters but the tab.
std::string without_controls(std::string_view text)
{
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\x1b' && at + 1 < text.size() && text[at + 1] == '[') {
            at = text.find_first_not_of("0123456789;?", at + 2);
            if (at == text.npos)
                break;
        } else if (static_cast<unsigned char>(text[at]) >= 0x20 || text[at] == '\t') {
            plain += text[at];
        }
    }
    return plain;
}

} // namespace

std::vector<std::string> line_splitter::push(std::string_view bytes)
{
    std::vector<std::string> lines;
    for (char const byte : bytes) {
        bool const ends_crlf = byte == '\n' && after_cr_;
        after_cr_ = byte == '\r';
        if (ends_crlf)
            continue;
        if (byte == '\n' || byte == '\r')
            lines.push_back(take_line());
        else if (line_.size() < longest_)
            line_ += byte;
        else
            cut_ = true;
    }
    return lines;
}

std::optional<std::string> line_splitter::finish()
{
    after_cr_ = false;
    if (line_.empty())
        return std::nullopt;
    return take_line();
}

std::string line_splitter::take_line()
{
    std::string whole = std::exchange(line_, {});
    if (cut_)
        whole.resize(whole.size() - tidings::unfinished_utf8_tail(whole));
    std::string line = tidings::replace_invalid_utf8(without_controls(whole));
    if (std::exchange(cut_, false))
        line += " …";
    return line;
}

} // namespace dashboard
