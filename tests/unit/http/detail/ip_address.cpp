// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/ip_address.hpp>

#include <catch2/catch_test_macros.hpp>

using tidings::detail::parse_ip_address;

namespace {

std::string normal(std::string_view text)
{
    auto const address = parse_ip_address(text);
    return address ? tidings::detail::to_string(*address) : "none";
}

} // namespace

// One address has one text, whatever a proxy or a socket has written, so that it can be counted.
TEST_CASE("addresses are read as they are written, and told in one way")
{
    CHECK(normal("192.0.2.1") == "192.0.2.1");
    CHECK(normal("192.0.2.1:8080") == "192.0.2.1");
    CHECK(normal("::ffff:192.0.2.1") == "192.0.2.1");
    CHECK(normal("2001:DB8:0:0::1") == "2001:db8::1");
    CHECK(normal("[2001:db8::1]") == "2001:db8::1");
    CHECK(normal("[2001:db8::1]:8080") == "2001:db8::1");
    CHECK(normal("fe80::1%eth0") == "fe80::1");
    CHECK(normal("::1") == "::1");
    for (auto const* bad : {"", "unknown", "_hidden", "192.0.2", "192.0.2.256", "192.0.2.1.1", "[::1",
                            "1::2::3", "[]", ":80", " ::1"})
        CHECK(normal(bad) == "none");
}

TEST_CASE("both kinds are told apart")
{
    CHECK(tidings::detail::is_ipv4(*parse_ip_address("192.0.2.1")));
    CHECK_FALSE(tidings::detail::is_ipv4(*parse_ip_address("::192.0.2.1")));
}
