// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/detail/host_list.hpp>
#include <tidings/middleware/detail/lower.hpp>

#include <boost/url/ipv4_address.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tidings::detail {

namespace {

std::string_view without_port(std::string_view host) noexcept
{
    auto const end_of_address = host.starts_with('[') ? host.find(']') : 0;
    return host.substr(0, host.find(':', end_of_address));
}

bool is_host(std::string_view text)
{
    auto const name = without_port(text);
    auto const port = text.substr(name.size());
    return !name.empty() && (name.front() == '[') == (name.back() == ']') &&
           name.find_first_of("/?#@*,") == std::string_view::npos &&
           std::ranges::none_of(name, [](char c) { return c <= ' ' || c >= 0x7f; }) &&
           (port.empty() ||
            (port.size() > 1 && port.find_first_not_of("0123456789", 1) == std::string_view::npos));
}

} // namespace

host_list::host_list(std::vector<std::string> hosts) : hosts_(std::move(hosts))
{
    for (auto const& each : hosts_)
        if (!is_host(each))
            throw std::invalid_argument(fmt::format(
                "tidings: \"{}\" is no host; write it like \"app.example\", \"127.0.0.1:8080\" or "
                "\"[::1]\": without scheme and path",
                each));
}

bool host_list::contains(std::string_view host) const noexcept
{
    auto const name = without_port(host);
    return std::ranges::any_of(hosts_, [&](std::string_view each) {
        return std::ranges::equal(each, host, {}, lower, lower) ||
               std::ranges::equal(each, name, {}, lower, lower);
    });
}

bool is_local_host(std::string_view host)
{
    auto const name = without_port(host);
    constexpr std::string_view below_localhost = ".localhost";
    auto const end = name.substr(name.size() - std::min(name.size(), below_localhost.size()));
    bool const is_name_of_site = name.find('.') != std::string_view::npos &&
                                 !std::ranges::equal(end, below_localhost, {}, lower) &&
                                 !boost::urls::parse_ipv4_address(name);
    return !name.empty() && (name.front() == '[' || !is_name_of_site);
}

} // namespace tidings::detail
