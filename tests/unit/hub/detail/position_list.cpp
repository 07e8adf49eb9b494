// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/position_list.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using tidings::detail::append_position;
using tidings::detail::parse_positions;
using tidings::detail::position_list;

// Names may be any text, and come back as they were.
TEST_CASE("a list of positions comes back")
{
    position_list const places{
        {"orders", "b2k4zq-17"}, {"alerts & more=%/\n\xc3\xa4", "9fjs0c-3"}, {"", "a life-0"}};
    std::string text;
    for (auto const& [topic, place] : places)
        append_position(text, topic, place);
    CHECK(text.starts_with("orders=b2k4zq-17&alerts%20%26%20more%3D"));
    CHECK(text.find('\n') == std::string::npos);
    CHECK(parse_positions(text) == places);
}

// Also what a publisher may well take for an id.
TEST_CASE("what is no list of positions")
{
    for (auto const* text : {"", "b2k4zq-17", "a=x-1&b", "a=%zz-1", "a=x-1&&b=x-2", "\xff=x-1", "a b", "a=1",
                             "page=1&size=20", "a=x-", "a=-1", "c3VtbWU=", "a=x-99999999999999999"})
        CHECK_FALSE(parse_positions(text));
}

// What a place can grow to is known before there is an event.
TEST_CASE("the largest size of a position")
{
    std::string text = "x"; // so that the mark between two is counted, too
    auto const before = text.size();
    append_position(text, "a topic", "0123456789ab-9007199254740991");
    CHECK(text.size() - before == tidings::detail::max_position_size("a topic", "0123456789ab"));
}
