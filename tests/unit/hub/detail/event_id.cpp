// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

using namespace tidings::detail;

// What a topic or a stream gives out, it understands.
TEST_CASE("places come back")
{
    auto const epoch = make_epoch();
    auto const other = make_epoch();
    for (std::uint64_t const number : {std::uint64_t(0), std::uint64_t(17), max_event_number}) {
        auto const one = automatic_id{.epoch = epoch, .number = number}.text();
        CHECK(one.size() <= epoch.size() + 1 + max_number_digits);
        std::string two = one;
        append_place(two, {.epoch = other, .number = 3});
        for (auto const& text : {one, two}) {
            auto const parsed = parse_places(text);
            REQUIRE(parsed.size() == (text == one ? 1 : 2));
            CHECK(parsed[0].epoch == epoch);
            CHECK(parsed[0].number == number);
            CHECK(parsed.back().epoch == (text == one ? epoch : other));
        }
        auto const line = id_line({.epoch = epoch, .number = number});
        CHECK(line.text() == "id: " + one + '\n');
        CHECK(line.text().size() <= max_id_line_size(epoch.size()));
    }
    for (auto const* text : {"", "-", "-1", "life-", "life-x", "life-1x", "life--1x", "life-9007199254740992",
                             "life-18446744073709551616", "life- 1", "life-+1", "life-1.", ".life-1",
                             "life-1..life-2", "a life-1", "other-life-1"})
        CHECK(parse_places(text).empty());
}

// No character of an id makes a browser on another origin ask beforehand, and two places are far below what
// it may send without asking.
TEST_CASE("ids are safe in a header")
{
    std::string id;
    append_place(id, {.epoch = make_epoch(), .number = max_event_number});
    append_place(id, {.epoch = make_epoch(), .number = max_event_number});
    CHECK(id.size() < 128);
    CHECK(id.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz-.") == std::string::npos);
}

// Clients of earlier versions come back with these.
TEST_CASE("ids of the earlier form")
{
    for (auto const* id : {"orders=b2k4zq7c1m0f-17&alerts%20%26%20more=9fjs0c3l5e2a-3", "a=life-1"})
        CHECK(is_of_earlier_form(id));
    for (auto const* id : {"", "b2k4zq7c1m0f-17", "page=1&size=20", "a=x-1&b", "a=-1", "a=x-", "c3VtbWU="})
        CHECK_FALSE(is_of_earlier_form(id));
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
          std::string("news=0123456789ab-1"), std::string("a=life-1&b=life-2"),
          std::string("0123456789ab-1.life-2"), std::string("life-2.0123456789ab-1")})
        CHECK_THROWS_AS(check(id), std::invalid_argument);
    CHECK_THROWS_AS(check_own_id("life-1", "life"), std::invalid_argument); // an epoch of somebody's own log
}
