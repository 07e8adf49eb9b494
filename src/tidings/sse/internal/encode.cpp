// SPDX-License-Identifier: BSL-1.0
#include <tidings/sse/internal/encode.hpp>
#include <tidings/sse/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace tidings::internal {
namespace {

/// Calls `action` with each line of the text, cut at LF, CR and CRLF. A text of n breaks has n + 1 lines.
template <typename Action>
void for_each_line(std::string_view text, Action action)
{
    // Each cursor moves only when it was passed, so a text of any number of lines is scanned once for each of
    // them.
    auto lf = text.find('\n');
    auto cr = text.find('\r');
    std::size_t begin = 0;
    for (;;) {
        auto const end = std::min(lf, cr);
        action(text.substr(begin, end - begin));
        if (end == std::string_view::npos)
            return;
        begin = end + 1;
        if (end == cr && lf == begin)
            ++begin;
        if (lf < begin)
            lf = text.find('\n', begin);
        if (cr < begin)
            cr = text.find('\r', begin);
    }
}

std::size_t line_size(std::string_view field, std::string_view value) noexcept
{
    auto const with_line_end = field.size() + 2;
    return value.empty() ? with_line_end : with_line_end + 1 + value.size();
}

/// Writes "field: value\n", or "field:\n" if the value is empty. The space is always there, or a client would
/// eat the first space of a value that has one.
char* write_line(char* out, std::string_view field, std::string_view value) noexcept
{
    out = std::copy_n(field.data(), field.size(), out);
    *out++ = ':';
    if (!value.empty()) {
        *out++ = ' ';
        std::memcpy(out, value.data(), value.size());
        out += value.size();
    }
    *out++ = '\n';
    return out;
}

void require_utf8(std::string_view what, std::string_view text)
{
    auto const valid = valid_utf8_prefix(text);
    if (valid != text.size())
        throw std::invalid_argument(
            fmt::format("{} is not UTF-8 at byte {} (0x{:02x}); event streams carry nothing else: "
                        "encode bytes (base64), or join pieces of text with utf8_joiner",
                        what, valid, static_cast<unsigned char>(text[valid])));
}

// CR, LF and NUL would end the line or void the id; a request with another of them in its Last-Event-ID is
// refused by servers, this one among them.
bool is_control(char c)
{
    auto const byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

bool is_line_break(char c)
{
    return c == '\r' || c == '\n';
}

void require_without(bool (*is_forbidden)(char), std::string_view what, std::string_view text)
{
    auto const found = std::ranges::find_if(text, is_forbidden);
    if (found != text.end())
        throw std::invalid_argument(
            fmt::format("{} has the character 0x{:02x} at byte {}, which cannot be sent there: it would end "
                        "the line, void the field, or keep the client from reconnecting; remove or escape it",
                        what, static_cast<unsigned char>(*found), found - text.begin()));
}

void require_sendable(event const& value)
{
    require_without(is_control, "the id of an event", value.id);
    require_utf8("the id of an event", value.id);
    require_without(is_line_break, "the type of an event", value.type);
    require_utf8("the type of an event", value.type);
    require_utf8("the data of an event", value.data);
    if (value.retry && value.retry->count() < 0)
        throw std::invalid_argument(fmt::format(
            "the retry time of an event is {} ms; it must not be negative", value.retry->count()));
}

/// Calls `action` with the name and the value of each line, in their order on the wire.
template <typename Action>
void for_each_field(event const& value, Action action)
{
    if (value.id.data() != nullptr)
        action("id", value.id);
    if (value.type.data() != nullptr)
        action("event", value.type);
    if (value.data.data() != nullptr)
        for_each_line(value.data, [&](std::string_view line) { action("data", line); });
    if (value.retry) {
        fmt::format_int const digits(value.retry->count());
        action("retry", std::string_view(digits.data(), digits.size()));
    }
}

} // namespace

std::size_t encoded_size(event const& value)
{
    require_sendable(value);
    std::size_t size = 1;
    for_each_field(value,
                   [&](std::string_view field, std::string_view line) { size += line_size(field, line); });
    return size;
}

char* encode(event const& value, char* out) noexcept
{
    for_each_field(
        value, [&](std::string_view field, std::string_view line) { out = write_line(out, field, line); });
    *out++ = '\n';
    return out;
}

std::size_t encoded_comment_size(std::string_view text)
{
    require_utf8("a comment", text);
    std::size_t size = 1;
    for_each_line(text, [&](std::string_view line) { size += line_size("", line); });
    return size;
}

char* encode_comment(std::string_view text, char* out) noexcept
{
    for_each_line(text, [&](std::string_view line) { out = write_line(out, "", line); });
    *out++ = '\n';
    return out;
}

} // namespace tidings::internal
