// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/internal/peer_address.hpp>

#include <arpa/inet.h>
#include <catch2/catch_test_macros.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <string>

using tidings::internal::peer_address;

namespace {

std::string shown_v4(char const* text)
{
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(4242);
    REQUIRE(::inet_pton(AF_INET, text, &peer.sin_addr) == 1);
    return peer_address(reinterpret_cast<sockaddr const&>(peer)).to_string();
}

std::string shown_v6(char const* text)
{
    sockaddr_in6 peer{};
    peer.sin6_family = AF_INET6;
    peer.sin6_port = htons(4242);
    REQUIRE(::inet_pton(AF_INET6, text, &peer.sin6_addr) == 1);
    return peer_address(reinterpret_cast<sockaddr const&>(peer)).to_string();
}

} // namespace

TEST_CASE("addresses are shown without their port")
{
    CHECK(shown_v4("192.0.2.1") == "192.0.2.1");
    CHECK(shown_v4("255.255.255.255") == "255.255.255.255");
    CHECK(shown_v4("0.0.0.0") == "0.0.0.0");
    CHECK(shown_v6("2001:db8::1") == "2001:db8::1");
    CHECK(shown_v6("::1") == "::1");
    CHECK(shown_v6("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2:3:4:5:6");
}

// One client is one address, whichever kind of socket listens.
TEST_CASE("an IPv4 address within an IPv6 one is shown as the former")
{
    CHECK(shown_v6("::ffff:192.0.2.1") == "192.0.2.1");
}

TEST_CASE("unix sockets have no address")
{
    sockaddr_un peer{};
    peer.sun_family = AF_UNIX;
    CHECK(peer_address(reinterpret_cast<sockaddr const&>(peer)).to_string().empty());
    CHECK(peer_address().to_string().empty());

    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    CHECK(peer_address::of(ends[0]).to_string().empty());
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("a descriptor that is no connected socket has no address")
{
    CHECK(peer_address::of(-1).to_string().empty());
    int const unconnected = ::socket(AF_INET, SOCK_STREAM, 0);
    CHECK(peer_address::of(unconnected).to_string().empty());
    ::close(unconnected);
}
