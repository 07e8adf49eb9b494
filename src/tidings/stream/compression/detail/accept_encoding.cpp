// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/compression/detail/accept_encoding.hpp>

#include <algorithm>

namespace tidings::detail {

namespace {

constexpr int full_weight = 1000;

std::string lower(std::string_view text)
{
    std::string made(text);
    for (char& c : made)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return made;
}

std::string_view trimmed(std::string_view text)
{
    auto const begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Takes the text up to the next separator off the front.
std::string_view take(std::string_view& from, char separator)
{
    auto const end = std::min(from.find(separator), from.size());
    auto const taken = from.substr(0, end);
    from.remove_prefix(std::min(end + 1, from.size()));
    return trimmed(taken);
}

// "0", "0.5", "1.000": at most three digits behind the point, and no more than 1.
int parse_weight(std::string_view text)
{
    if (text.empty() || (text[0] != '0' && text[0] != '1') || text.size() > 5 ||
        (text.size() > 1 && text[1] != '.'))
        return 0;
    int value = (text[0] - '0') * full_weight;
    int unit = full_weight / 10;
    for (char const c : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (c < '0' || c > '9')
            return 0;
        value += (c - '0') * unit;
        unit /= 10;
    }
    return value <= full_weight ? value : 0;
}

int weight_of(std::string_view params)
{
    while (!params.empty())
        if (auto const param = lower(take(params, ';')); param.starts_with("q="))
            return parse_weight(trimmed(std::string_view(param).substr(2)));
    return full_weight;
}

} // namespace

bool is_accept_encoding(std::string_view header_name) noexcept
{
    constexpr std::string_view wanted = "accept-encoding";
    return std::ranges::equal(header_name, wanted, [](char given, char small) {
        return (given | 0x20) == small || given == small;
    });
}

accept_encoding::accept_encoding(std::span<std::string_view const> lines)
{
    for (std::string_view line : lines)
        while (!line.empty()) {
            std::string_view item = take(line, ',');
            if (std::string name = lower(take(item, ';')); !name.empty())
                weights_.emplace_back(name == "x-gzip" ? "gzip" : std::move(name), weight_of(item));
        }
}

std::optional<int> accept_encoding::weight(std::string_view coding) const noexcept
{
    auto found = std::ranges::find(weights_, coding, &std::pair<std::string, int>::first);
    if (found == weights_.end())
        found = std::ranges::find(weights_, "*", &std::pair<std::string, int>::first);
    return found == weights_.end() ? std::nullopt : std::optional(found->second);
}

bool accept_encoding::wants(std::string_view coding, std::string_view other) const noexcept
{
    int const wanted = weight(coding).value_or(0);
    int const than = weight(other).value_or(0);
    return wanted > 0 && (other == "identity" ? wanted >= than : wanted > than);
}

} // namespace tidings::detail
