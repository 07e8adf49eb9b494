// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/position_list.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using tidings::detail::append_position;
using tidings::detail::parse_positions;
using tidings::detail::position_list;

// Names and places may be any text, and come back as they were.
TEST_CASE("a list of positions comes back")
{
    position_list const places{{"orders", "b2k4zq-17"}, {"alerts & more=%/\n\xc3\xa4", "9fjs0c-3"}, {"", ""}};
    std::string text;
    for (auto const& [topic, place] : places)
        append_position(text, topic, place);
    CHECK(text.starts_with("orders=b2k4zq-17&alerts%20%26%20more%3D"));
    CHECK(text.find('\n') == std::string::npos);
    CHECK(parse_positions(text) == places);
}

TEST_CASE("what is no list of positions")
{
    for (auto const* text : {"", "b2k4zq-17", "a=1&b", "a=%zz", "a=1&&b=2", "\xff=1", "a b"})
        CHECK_FALSE(parse_positions(text));
}
