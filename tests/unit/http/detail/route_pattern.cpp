// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/route_pattern.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <stdexcept>

using tidings::detail::route_params;
using tidings::detail::route_pattern;
using tidings::detail::split_path;
using segments = std::vector<std::string>;

TEST_CASE("paths are cut before they are decoded")
{
    CHECK(split_path("/") == segments{""});
    CHECK(split_path("/a/b") == segments{"a", "b"});
    CHECK(split_path("/a/") == segments{"a", ""});
    CHECK(split_path("//") == segments{"", ""});
    CHECK(split_path("/a%2Fb/%41+") == segments{"a/b", "A+"});
    CHECK(split_path("*").empty());
    CHECK(split_path("").empty());
}

TEST_CASE("what a pattern matches")
{
    struct row
    {
        char const* pattern;
        char const* path;
        bool matches;
    };
    for (auto const& [pattern, path, matches] : {
             row{"/", "/", true},
             row{"/", "/a", false},
             row{"/a/b", "/a/b", true},
             row{"/a/b", "/a%2Fb", false},
             row{"/a b", "/a%20b", true},
             row{"/a", "/a/", false},
             row{"/a/", "/a", false},
             row{"/a", "/A", false},
             row{"/{x}", "/a", true},
             row{"/{x}", "/", false},
             row{"/{x}", "/a/b", false},
             row{"/{x}", "/a%2Fb", true},
             row{"/a/{x}/c", "/a/b/c", true},
             row{"/a/{x}/c", "/a//c", false},
             row{"/a/{x}", "/b/b", false},
         }) {
        CAPTURE(pattern, path);
        CHECK(route_pattern(pattern).matches(split_path(path)) == matches);
    }
}

TEST_CASE("params keep the order of the pattern")
{
    CHECK(route_pattern("/{b}/x/{a_1}").params(split_path("/1%2F2/x/%C3%A4")) ==
          route_params{{"b", "1/2"}, {"a_1", "\u00E4"}});
    CHECK(route_pattern("/a").params(split_path("/a")).empty());
}

TEST_CASE("a pattern is more exact by its first literal segment that differs")
{
    CHECK(route_pattern("/a/{x}") < route_pattern("/{x}/b"));
    CHECK(route_pattern("/a/b") < route_pattern("/a/{x}"));
    CHECK_FALSE(route_pattern("/a/{x}") < route_pattern("/a/{y}"));
    CHECK_FALSE(route_pattern("/a/{y}") < route_pattern("/a/{x}"));
    CHECK_FALSE(route_pattern("/{x}") < route_pattern("/z"));
}

TEST_CASE("malformed patterns are refused, and the text shows them")
{
    for (auto const* bad : {"", "a", "*", "/{", "/}", "/{}", "/a{b}", "/{a}b", "/{a", "/a}", "/{{a}}",
                            "/{a-b}", "/{a b}", "/{a}/{a}", "/a%20b", "/a?b", "/a#b"}) {
        CAPTURE(bad);
        CHECK_THROWS_MATCHES(route_pattern(bad), std::invalid_argument,
                             Catch::Matchers::MessageMatches(Catch::Matchers::ContainsSubstring(
                                 "the route \"" + std::string(bad) + "\"")));
    }
}
