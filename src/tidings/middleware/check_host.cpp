// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/check_host.hpp>
#include <tidings/middleware/detail/host_list.hpp>

#include <stdexcept>
#include <utility>

namespace tidings {

namespace {

std::optional<response> refuse_unless(bool is_served)
{
    if (is_served)
        return std::nullopt;
    return response::text("this host is not served here\n", 421);
}

} // namespace

request_check check_host(std::vector<std::string> allowed)
{
    if (allowed.empty())
        throw std::invalid_argument("tidings: check_host needs a host; without one nobody could pass");
    return [hosts = detail::host_list(std::move(allowed))](request const& asked, headers&) {
        return refuse_unless(hosts.contains(asked.header("Host")));
    };
}

request_check check_local_host(std::vector<std::string> others)
{
    return [others = detail::host_list(std::move(others))](request const& asked, headers&) {
        auto const host = asked.header("Host");
        return refuse_unless(!asked.has_header("Host") || detail::is_local_host(host) ||
                             others.contains(host));
    };
}

} // namespace tidings
