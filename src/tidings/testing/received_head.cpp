// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/received_head.hpp>

#include <boost/url/grammar/ci_string.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace tidings::testing {

using boost::urls::grammar::ci_is_equal;

received_head::received_head(std::string_view text) : text_(text)
{
    constexpr std::string_view version = "HTTP/1.";
    constexpr std::size_t status_at = version.size() + 2;
    bool const is_head = text.starts_with(version) && text.size() > status_at + 3 &&
                         std::from_chars(&text[status_at], &text[status_at + 3], status_).ec == std::errc();
    if (!is_head)
        throw std::runtime_error("tidings: not the head of an answer: " + text_);
    text.remove_prefix(std::min(text.size(), text.find("\r\n") + 2));
    for (auto end = text.find("\r\n"); end != 0 && end != text.npos; end = text.find("\r\n")) {
        std::string_view const line = text.substr(0, end);
        text.remove_prefix(end + 2);
        auto const colon = line.find(": ");
        if (colon == line.npos)
            throw std::runtime_error("tidings: not a header: " + std::string(line));
        fields_.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
}

std::string received_head::header(std::string_view name) const
{
    for (auto const& [key, value] : fields_)
        if (ci_is_equal(key, name))
            return value;
    return {};
}

bool received_head::has_header(std::string_view name) const
{
    return std::ranges::any_of(fields_, [&](auto const& field) { return ci_is_equal(field.first, name); });
}

} // namespace tidings::testing
