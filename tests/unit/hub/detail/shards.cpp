// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/shards.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace tidings;
using namespace tidings::detail;

namespace {

using marks = std::vector<std::string>;

std::string heaviest(std::string const& topic, marks const& among)
{
    return *std::ranges::max_element(among, {}, [&](auto const& each) { return weight(topic, each); });
}

marks marks_of(std::size_t count)
{
    marks made;
    for (std::size_t i = 0; i < count; ++i)
        made.push_back(store_mark("10.0.0." + std::to_string(i) + ":6379/0/tidings"));
    return made;
}

} // namespace

// Nodes of other versions have to agree: these never change.
TEST_CASE("marks and weights are the same in all versions")
{
    CHECK(store_mark("10.0.0.7:6379/0/tidings") == "l8sgn");
    CHECK(store_mark("") == "69ai9");
    CHECK(list_mark({"bbbbb", "aaaaa"}) == "ce1e");
    CHECK(weight("orders", "4k2j9") == 0x98f5fb4327eae38d);
    CHECK(weight("", "") == 0xefd01f60ba992926);
}

TEST_CASE("the order of a list means nothing")
{
    CHECK(list_mark({"aaaaa", "bbbbb", "ccccc"}) == list_mark({"ccccc", "aaaaa", "bbbbb"}));
    CHECK(list_mark({"aaaaa", "bbbbb"}) != list_mark({"aaaaa", "bbbbb", "ccccc"}));
}

// Of n stores each has about the nth part, and one that comes takes its part from all others, evenly: nothing
// moves but to it, and what is left when it goes is as before.
TEST_CASE("a store that comes takes its share and moves nothing else")
{
    constexpr std::size_t names = 20'000;
    for (std::size_t count = 1; count < max_shards; ++count) {
        auto const all = marks_of(count + 1);
        marks const before(all.begin(), all.end() - 1);
        std::map<std::string, std::size_t> taken_from;
        std::size_t moved = 0;
        for (std::size_t i = 0; i < names; ++i) {
            std::string const name = "topics/" + std::to_string(i);
            auto const old_owner = heaviest(name, before);
            auto const owner = heaviest(name, all);
            if (owner == old_owner)
                continue;
            REQUIRE(owner == all.back());
            ++taken_from[old_owner];
            ++moved;
        }
        double const share = static_cast<double>(names) / static_cast<double>(count + 1);
        CHECK(static_cast<double>(moved) > 0.95 * share);
        CHECK(static_cast<double>(moved) < 1.05 * share);
        for (auto const& each : before) {
            auto const part = static_cast<double>(taken_from[each]);
            CHECK(part > 0.8 * share / static_cast<double>(count));
            CHECK(part < 1.2 * share / static_cast<double>(count));
        }
    }
}

// What stands in an id names its store.
TEST_CASE("an epoch with a mark")
{
    auto const parts = parts_of("b2k4zq7c1m0f_4k2j90qv1");
    CHECK(parts.life == "b2k4zq7c1m0f");
    CHECK(parts.store == "4k2j9");
    CHECK(parts.list == "0qv1");
    CHECK(parts_of("b2k4zq7c1m0f").life == "b2k4zq7c1m0f");
    CHECK(parts_of("b2k4zq7c1m0f").store.empty());
    auto const places = parse_places("b2k4zq7c1m0f_4k2j90qv1-17.life_4k2j90qv1-3");
    REQUIRE(places.size() == 2);
    CHECK(places[0].epoch == "b2k4zq7c1m0f_4k2j90qv1");
    CHECK(places[0].number == 17);
    for (auto const* text : {"life_-1", "life_4k2j90qv-1", "life_4k2j90qv11-1", "life_4k2j9_0qv-1",
                             "_4k2j90qv1-1", "life_4k2j90qw1-1"})
        CHECK(parse_places(text).empty());
    CHECK_THROWS_AS(check_own_id("b2k4oq7c1m0f_4k2j90qv1-17", "x"), std::invalid_argument);
    CHECK_THROWS_AS(check_own_id("x_4k2j90qv1-17", "x_4k2j90qv1"), std::invalid_argument);
    CHECK_NOTHROW(check_own_id("order_17-3", "x"));
    std::string const longest = std::string(longest_epoch, 'e') + "_4k2j90qv1";
    CHECK(id_line({.epoch = longest, .number = max_event_number}).text().size() ==
          max_id_line_size(longest.size()));
}
