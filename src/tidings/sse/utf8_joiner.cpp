// SPDX-License-Identifier: BSL-1.0
#include <tidings/sse/utf8.hpp>
#include <tidings/sse/utf8_joiner.hpp>

#include <utility>

namespace tidings {

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
