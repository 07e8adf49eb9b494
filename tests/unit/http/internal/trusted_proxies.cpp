// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/trusted_proxies.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using tidings::request;
using tidings::internal::parse_ip_address;
using tidings::internal::trusted_proxies;

namespace {

trusted_proxies trusting(std::initializer_list<char const*> entries)
{
    return trusted_proxies(std::vector<std::string>(entries.begin(), entries.end()));
}

std::string normal(std::string_view text)
{
    auto const address = parse_ip_address(text);
    return address ? tidings::internal::to_string(*address) : "none";
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
    CHECK(tidings::internal::is_ipv4(*parse_ip_address("192.0.2.1")));
    CHECK_FALSE(tidings::internal::is_ipv4(*parse_ip_address("::192.0.2.1")));
}

TEST_CASE("networks")
{
    auto const proxies = trusting({"10.0.0.0/8", "192.0.2.128/25", "2001:db8::/33", "::1"});
    for (auto const* inside :
         {"10.255.0.1", "::ffff:10.1.2.3", "192.0.2.128", "192.0.2.255", "2001:db8:7fff::1", "::1"})
        CHECK(proxies.trusts(inside));
    for (auto const* outside :
         {"11.0.0.1", "192.0.2.127", "2001:db8:8000::1", "::2", "a.example", "", "::10.0.0.1"})
        CHECK_FALSE(proxies.trusts(outside));
    CHECK(trusting({"0.0.0.0/0"}).trusts("203.0.113.1"));
    CHECK_FALSE(trusting({"0.0.0.0/0"}).trusts("2001:db8::1"));
    CHECK(trusting({"unix"}).trusts(""));
}

TEST_CASE("malformed entries are refused")
{
    for (auto const* bad :
         {"", "a.example", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "10.0.0/8"})
        CHECK_THROWS_AS(trusting({bad}), std::invalid_argument);
}

// Whoever is not trusted speaks for himself, whatever he claims.
TEST_CASE("a header from a peer that is not trusted is ignored")
{
    auto const r = request::get("/").with_header("X-Forwarded-For", "203.0.113.1");
    CHECK(trusted_proxies().client_address("192.0.2.1", r) == "192.0.2.1");
    CHECK(trusting({"10.0.0.0/8"}).client_address("192.0.2.1", r) == "192.0.2.1");
    CHECK(trusted_proxies().client_address("", r).empty());
}

// A client can put anything to the left of what the first trusted proxy appended.
TEST_CASE("the list is read from its end, up to the first that is not trusted")
{
    auto const proxies = trusting({"10.0.0.0/8", "unix"});
    auto const client = [&](std::string_view peer, std::string_view list) {
        return proxies.client_address(peer, request::get("/").with_header("X-Forwarded-For", list));
    };
    CHECK(client("10.0.0.1", "203.0.113.1") == "203.0.113.1");
    CHECK(client("", "203.0.113.1") == "203.0.113.1");
    CHECK(client("10.0.0.1", "198.51.100.1, 203.0.113.1") == "203.0.113.1");
    CHECK(client("10.0.0.1", "203.0.113.1, 10.0.0.2") == "203.0.113.1");
    CHECK(client("10.0.0.1", "203.0.113.1:4711") == "203.0.113.1");
    CHECK(client("10.0.0.1", "10.0.0.3, 10.0.0.2") == "10.0.0.3");
    CHECK(client("10.0.0.1", "203.0.113.1, unknown, 10.0.0.2") == "10.0.0.2");
    CHECK(client("10.0.0.1", "unknown") == "10.0.0.1");
    CHECK(proxies.client_address("10.0.0.1", request::get("/")) == "10.0.0.1");
    CHECK(proxies.client_address("10.0.0.1", request::get("/")
                                                 .with_header("x-forwarded-for", "198.51.100.1")
                                                 .with_header("X-Forwarded-For", "203.0.113.1")) ==
          "203.0.113.1");
}

// Clients are counted by what one customer has: an IPv4 address, or the first half of an IPv6 one. What many
// share is nobody's.
TEST_CASE("the account of an address")
{
    trusted_proxies const proxies({"10.0.0.0/8", "2001:db8:ffff::/48"});
    CHECK(proxies.account_of("192.0.2.1") == "192.0.2.1");
    CHECK(proxies.account_of("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
    CHECK(proxies.account_of("2001:db8:1:2:ffff::") == "2001:db8:1:2::/64");
    CHECK(proxies.account_of("2001:db8:1:3::1") == "2001:db8:1:3::/64");
    CHECK(proxies.account_of("10.1.2.3").empty());
    CHECK(proxies.account_of("2001:db8:ffff::1").empty());
    CHECK(proxies.account_of("").empty());
}
