// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/syntax.hpp>
#include <tidings/http/internal/trusted_proxies.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace tidings::internal {
namespace {

using detail::ip_address;

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
    auto const address = detail::parse_ip_address(entry.substr(0, slash));
    if (!address)
        return refuse();

    int const offset = detail::is_ipv4(*address) ? 96 : 0;
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
    auto const address = detail::parse_ip_address(peer);
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
    auto parsed = detail::parse_ip_address(address);
    if (!parsed || detail::is_ipv4(*parsed))
        return std::string(address);
    std::fill(parsed->begin() + parsed->size() / 2, parsed->end(), 0);
    return detail::to_string(*parsed) + "/64";
}

std::string trusted_proxies::client_address(std::string_view peer, request const& request) const
{
    std::string client(peer);
    if (!trusts(client))
        return client;
    auto entries = forwarded_for(request);
    for (; !entries.empty() && trusts(client); entries.pop_back()) {
        auto const address = detail::parse_ip_address(entries.back());
        if (!address)
            break;
        client = detail::to_string(*address);
    }
    return client;
}

} // namespace tidings::internal
