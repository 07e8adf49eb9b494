// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/tls/detail/ticket_keys.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using tidings::time_point;
using tidings::detail::ticket_key;
using tidings::detail::ticket_keys;

namespace {

time_point const begin{1000h};
std::string const first(32, 'a');
std::string const second(48, 'b');

bool is_same(ticket_key const& one, ticket_key const& other)
{
    return one.name == other.name && one.cipher == other.cipher && one.mac == other.mac;
}

} // namespace

// Nodes that are given the same secret open each other's tickets, and no part of a key is another part.
TEST_CASE("a secret makes the same key everywhere")
{
    auto const key = ticket_key::from(first);
    CHECK(is_same(key, ticket_key::from(first)));
    CHECK_FALSE(is_same(key, ticket_key::from(second)));
    CHECK(key.cipher != key.mac);
}

// The newest seals; those behind it still open, and say that the client should get a new ticket.
TEST_CASE("given secrets seal with the first, and open with all")
{
    ticket_keys keys;
    keys.use({second, first});
    CHECK(is_same(keys.newest(begin), ticket_key::from(second)));
    auto const newest = keys.find(ticket_key::from(second).name, begin + 1000h);
    REQUIRE(newest);
    CHECK(newest->is_newest);
    auto const older = keys.find(ticket_key::from(first).name, begin);
    REQUIRE(older);
    CHECK_FALSE(older->is_newest);
    keys.use({second});
    CHECK_FALSE(keys.find(ticket_key::from(first).name, begin));
}

// A secret that could be guessed is refused, and what was in force stays.
TEST_CASE("a short secret is refused")
{
    ticket_keys keys;
    keys.use({first});
    CHECK_THROWS_AS(keys.use({second, "short"}), std::invalid_argument);
    CHECK(is_same(keys.newest(begin), ticket_key::from(first)));
}

// A random key seals for twelve hours and opens for a day; with none in use for long, nothing is left over.
TEST_CASE("random keys are replaced by time")
{
    ticket_keys keys;
    auto const one = keys.newest(begin);
    CHECK(is_same(keys.newest(begin + 11h), one));
    auto const two = keys.newest(begin + 12h);
    CHECK_FALSE(is_same(two, one));
    auto const found = keys.find(one.name, begin + 23h);
    REQUIRE(found);
    CHECK_FALSE(found->is_newest);
    CHECK_FALSE(keys.find(one.name, begin + 24h));
    CHECK_FALSE(keys.find(two.name, begin + 100h));
}
