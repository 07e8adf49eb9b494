// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/ip_address.hpp>

#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>

#include <algorithm>

namespace tidings::detail {
namespace {

namespace urls = boost::urls;

constexpr ip_address mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0};
constexpr std::size_t mapped_prefix_size = 12;

/// The address alone: a port can only be told from an IPv6 address by brackets.
std::string_view without_port(std::string_view text) noexcept
{
    if (text.starts_with('[')) {
        auto const end = text.find(']');
        return end == std::string_view::npos ? std::string_view() : text.substr(1, end - 1);
    }
    return std::ranges::count(text, ':') == 1 ? text.substr(0, text.find(':')) : text;
}

} // namespace

std::optional<ip_address> parse_ip_address(std::string_view text)
{
    text = without_port(text);
    text = text.substr(0, text.find('%'));
    if (auto const v4 = urls::parse_ipv4_address(text)) {
        auto address = mapped_prefix;
        std::ranges::copy(v4->to_bytes(), address.begin() + mapped_prefix_size);
        return address;
    }
    if (auto const v6 = urls::parse_ipv6_address(text))
        return v6->to_bytes();
    return std::nullopt;
}

bool is_ipv4(ip_address const& address) noexcept
{
    return std::equal(address.begin(), address.begin() + mapped_prefix_size, mapped_prefix.begin());
}

std::string to_string(ip_address const& address)
{
    if (!is_ipv4(address))
        return urls::ipv6_address(address).to_string();
    urls::ipv4_address::bytes_type bytes;
    std::copy(address.begin() + mapped_prefix_size, address.end(), bytes.begin());
    return urls::ipv4_address(bytes).to_string();
}

} // namespace tidings::detail
