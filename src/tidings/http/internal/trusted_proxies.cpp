// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/syntax.hpp>
#include <tidings/http/internal/trusted_proxies.hpp>

#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace tidings::internal {
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

bool have_same_prefix(ip_address const& a, ip_address const& b, int bits) noexcept
{
    for (std::size_t i = 0; bits > 0; ++i, bits -= 8) {
        auto const mask = bits >= 8 ? 0xFF : 0xFF << (8 - bits) & 0xFF;
        if (((a[i] ^ b[i]) & mask) != 0)
            return false;
    }
    return true;
}

/// All that was forwarded, in the order in which proxies appended it.
std::vector<std::string_view> forwarded_for(request const& request)
{
    std::vector<std::string_view> entries;
    for (std::size_t i = 0; i != request.header_count(); ++i) {
        auto [name, list] = request.header_at(i);
        if (detail::equals_ignoring_case(name, "X-Forwarded-For"))
            while (!list.empty())
                entries.push_back(detail::take_list_item(list));
    }
    return entries;
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

trusted_proxies::trusted_proxies(std::vector<std::string> const& entries)
{
    for (auto const& entry : entries)
        add(entry);
}

void trusted_proxies::add(std::string_view entry)
{
    if (entry == "unix") {
        unix_sockets_ = true;
        return;
    }
    auto const refuse = [&] {
        throw std::invalid_argument(fmt::format(
            "\"{}\" is no trusted proxy; write an address, a network such as 10.0.0.0/8, or \"unix\"",
            entry));
    };
    auto const slash = entry.find('/');
    auto const address = parse_ip_address(entry.substr(0, slash));
    if (!address)
        return refuse();

    int const offset = is_ipv4(*address) ? 96 : 0;
    int bits = 128 - offset;
    if (slash != std::string_view::npos) {
        auto const digits = entry.substr(slash + 1);
        auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
        if (!detail::is_number(digits) || error != std::errc() || bits > 128 - offset)
            return refuse();
    }
    networks_.push_back({*address, offset + bits});
}

bool trusted_proxies::trusts(std::string_view peer) const
{
    if (peer.empty())
        return unix_sockets_;
    if (networks_.empty())
        return false;
    auto const address = parse_ip_address(peer);
    return address && std::ranges::any_of(networks_, [&](network const& n) {
               return have_same_prefix(*address, n.address, n.prefix_bits);
           });
}

std::string trusted_proxies::account_of(std::string_view address) const
{
    if (address.empty() || trusts(address))
        return {};
    if (address.find(':') == std::string_view::npos)
        return std::string(address);
    auto parsed = parse_ip_address(address);
    if (!parsed || is_ipv4(*parsed))
        return std::string(address);
    std::fill(parsed->begin() + parsed->size() / 2, parsed->end(), 0);
    return to_string(*parsed) + "/64";
}

std::string trusted_proxies::client_address(std::string_view peer, request const& request) const
{
    std::string client(peer);
    if (!trusts(client))
        return client;
    auto entries = forwarded_for(request);
    for (; !entries.empty() && trusts(client); entries.pop_back()) {
        auto const address = parse_ip_address(entries.back());
        if (!address)
            break;
        client = to_string(*address);
    }
    return client;
}

} // namespace tidings::internal
