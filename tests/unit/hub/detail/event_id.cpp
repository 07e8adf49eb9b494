// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

using namespace tidings::detail;

// What a topic gives out, it understands.
TEST_CASE("an automatic id comes back")
{
    auto const epoch = make_epoch();
    for (std::uint64_t const number : {std::uint64_t(0), std::uint64_t(17), max_event_number}) {
        auto const text = automatic_id{.epoch = epoch, .number = number}.text();
        auto const parsed = parse_automatic_id(text);
        REQUIRE(parsed);
        CHECK(parsed->epoch == epoch);
        CHECK(parsed->number == number);
        CHECK(text.size() <= epoch.size() + 1 + max_number_digits);
    }
    for (auto const* text : {"", "-", "-1", "life-", "life-x", "life-1x", "life--1x", "life-9007199254740992",
                             "life-18446744073709551616", "life- 1", "life-+1"})
        CHECK_FALSE(parse_automatic_id(text));
}

// What does not come back through a header unchanged, or could be taken for an id of the library's, is
// refused.
TEST_CASE("ids that publishers may not bring")
{
    std::string const epoch = "0123456789ab";
    auto const check = [&](std::string_view id) { check_own_id(id, epoch); };
    for (std::string const& id :
         {std::string(255, 'x'), std::string("order 17"), std::string("17"), std::string("caf\xc3\xa9"),
          std::string("550e8400-e29b-41d4-a716-446655440000"), std::string("2026-11-28"),
          std::string("0123456789a-1"), std::string("0123456789wx-1"), std::string("0123456789ab-1x"),
          std::string("page=1&size=20"), std::string(";finished?")})
        CHECK_NOTHROW(check(id));
    for (std::string const& id :
         {std::string(256, 'x'), std::string(" a"), std::string("a "), std::string("a\t"), std::string("\ta"),
          std::string("a\tb"), std::string("a\x01"), std::string("a\x7f"), std::string("a\nb"),
          std::string("a\0b", 3), std::string("a;finished"), std::string("0123456789ab-1"),
          std::string("cdefghijklmn-7"), std::string("0123456789ab-99999999999999999999"),
          std::string("news=0123456789ab-1"), std::string("a=life-1&b=life-2")})
        CHECK_THROWS_AS(check(id), std::invalid_argument);
    CHECK_THROWS_AS(check_own_id("life-1", "life"), std::invalid_argument); // an epoch of somebody's own log
}

// Epochs of one registry tell which came first; those of others are strangers.
TEST_CASE("epochs of one family")
{
    auto const family = make_epoch_family();
    auto const one = make_epoch(family, 1);
    CHECK(one.size() == make_epoch().size());
    CHECK(serial_of(make_epoch(family, 0), one) == 0);
    CHECK(serial_of(make_epoch(family, 33'000), one) == 33'000);
    CHECK(make_epoch(family, 31) != make_epoch(family, 32));
    CHECK_FALSE(serial_of("life", one));
    std::string stranger = one;
    stranger[0] = stranger[0] == 'a' ? 'b' : 'a';
    CHECK_FALSE(serial_of(stranger, one));
}
