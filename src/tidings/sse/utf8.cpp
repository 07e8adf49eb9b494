// SPDX-License-Identifier: BSL-1.0
#include <tidings/sse/utf8.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace tidings {
namespace {

enum class completeness
{
    whole,
    unfinished, // further bytes could complete it
    broken,     // no further byte can
};

struct sequence
{
    std::size_t length;
    completeness state;
};

/// The code point, or the longest part of one, that a text which is not empty starts with.
sequence first_sequence(std::string_view text) noexcept
{
    auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    auto const lead = byte(0);
    if (lead < 0x80)
        return {1, completeness::whole};
    if (lead < 0xC2 || lead > 0xF4)
        return {1, completeness::broken};

    // The second byte's range is narrower where overlong forms, surrogates or too large values would begin.
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    std::size_t const length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    for (std::size_t i = 1; i != length; ++i) {
        if (i == text.size())
            return {i, completeness::unfinished};
        if (byte(i) < low || byte(i) > high)
            return {i, completeness::broken};
        low = 0x80;
        high = 0xBF;
    }
    return {length, completeness::whole};
}

std::size_t skip_ascii(std::string_view text, std::size_t at) noexcept
{
    std::uint64_t eight = 0;
    for (; text.size() - at >= sizeof eight; at += sizeof eight) {
        std::memcpy(&eight, text.data() + at, sizeof eight);
        if ((eight & 0x8080808080808080) != 0)
            break;
    }
    while (at != text.size() && static_cast<unsigned char>(text[at]) < 0x80)
        ++at;
    return at;
}

} // namespace

std::size_t valid_utf8_prefix(std::string_view text) noexcept
{
    for (std::size_t at = 0;;) {
        at = skip_ascii(text, at);
        if (at == text.size())
            return at;
        auto const next = first_sequence(text.substr(at));
        if (next.state != completeness::whole)
            return at;
        at += next.length;
    }
}

std::size_t unfinished_utf8_tail(std::string_view text) noexcept
{
    // A lead byte never continues a code point, so a suffix can be judged without what stands before it.
    auto const longest = std::min<std::size_t>(text.size(), 3);
    for (std::size_t tail = 1; tail <= longest; ++tail)
        if (first_sequence(text.substr(text.size() - tail)).state == completeness::unfinished)
            return tail;
    return 0;
}

std::string replace_invalid_utf8(std::string text)
{
    auto valid = valid_utf8_prefix(text);
    if (valid == text.size())
        return text;
    std::string clean;
    clean.reserve(text.size() + 16);
    std::string_view rest = text;
    while (valid != rest.size()) {
        clean.append(rest.substr(0, valid)).append("\xEF\xBF\xBD");
        rest.remove_prefix(valid);
        rest.remove_prefix(first_sequence(rest).length);
        valid = valid_utf8_prefix(rest);
    }
    return clean.append(rest);
}

std::string utf8_joiner::join(std::string_view piece)
{
    std::string text = std::exchange(held_, {});
    text += piece;
    auto const whole = text.size() - unfinished_utf8_tail(text);
    held_.assign(text, whole);
    text.resize(whole);
    return replace_invalid_utf8(std::move(text));
}

std::string utf8_joiner::finish()
{
    return replace_invalid_utf8(std::exchange(held_, {}));
}

} // namespace tidings
