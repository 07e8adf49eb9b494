// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/check_host.hpp>

#include <boost/url/grammar/ci_string.hpp>
#include <boost/url/ipv4_address.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace tidings {

namespace {

using boost::urls::grammar::ci_is_equal;

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

/// Throws for what would never match.
void require_hosts(std::vector<std::string> const& hosts)
{
    for (auto const& each : hosts)
        if (!is_host(each))
            throw std::invalid_argument(
                fmt::format("tidings: \"{}\" is not a host; write it like \"app.example\", "
                            "\"127.0.0.1:8080\" or \"[::1]\": without scheme and path",
                            each));
}

/// Whether `host` is one of them whatever its case, or is with its port left out.
bool is_among(std::vector<std::string> const& hosts, std::string_view host) noexcept
{
    return std::ranges::any_of(hosts, [host, name = without_port(host)](std::string_view each) {
        return ci_is_equal(each, host) || ci_is_equal(each, name);
    });
}

/// Whether a Host field has what no site on the internet can be called, and lead here: an address, a name
/// without a dot, or one below "localhost"; with any port.
bool is_local(std::string_view host)
{
    auto const name = without_port(host);
    constexpr std::string_view below_localhost = ".localhost";
    auto const end = name.substr(name.size() - std::min(name.size(), below_localhost.size()));
    bool const is_name_of_site = name.find('.') != std::string_view::npos &&
                                 !ci_is_equal(end, below_localhost) && !boost::urls::parse_ipv4_address(name);
    return !name.empty() && (name.front() == '[' || !is_name_of_site);
}

std::optional<response> refuse_unless(bool is_served)
{
    return is_served ? std::nullopt : std::optional(response::text("this host is not served here\n", 421));
}

} // namespace

request_check check_host(std::vector<std::string> allowed)
{
    if (allowed.empty())
        throw std::invalid_argument("tidings: check_host needs a host; without one nobody could pass");
    require_hosts(allowed);
    return [hosts = std::move(allowed)](request const& asked, headers&) {
        return refuse_unless(is_among(hosts, asked.header("Host")));
    };
}

request_check check_local_host(std::vector<std::string> others)
{
    require_hosts(others);
    return [others = std::move(others)](request const& asked, headers&) {
        auto const host = asked.header("Host");
        return refuse_unless(!asked.has_header("Host") || is_local(host) || is_among(others, host));
    };
}

} // namespace tidings
