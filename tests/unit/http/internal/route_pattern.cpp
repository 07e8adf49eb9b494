// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/route_pattern.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <stdexcept>

using tidings::internal::route_params;
using tidings::internal::route_pattern;
using tidings::internal::split_name;
using tidings::internal::split_path;
using segments = tidings::internal::path_segments;

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
             row{"/a/{x...}", "/a", false},
             row{"/a/{x...}", "/a/", false},
             row{"/a/{x...}", "/a/b", true},
             row{"/a/{x...}", "/a/b/c", true},
             row{"/a/{x...}", "/a//", true},
             row{"/a/{x...}", "/a/b/", true},
             row{"/a/{x...}", "/b/b", false},
             row{"/a/{x...}", "/a%2Fb", false},
             row{"/{x}/{y...}", "//b", false},
             row{"/{x...}", "/", false},
             row{"/{x...}", "*", false},
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
    CHECK(route_pattern("/{a}/{b...}").params(split_path("/1/2%2F3/%C3%A4//5")) ==
          route_params{{"a", "1"}, {"b", "2/3/\u00E4//5"}});
    CHECK(route_pattern("/{a...}").params(split_path("/1")) == route_params{{"a", "1"}});
}

TEST_CASE("a pattern is more exact by its first literal segment that differs")
{
    CHECK(route_pattern("/a/{x}") < route_pattern("/{x}/b"));
    CHECK(route_pattern("/a/b") < route_pattern("/a/{x}"));
    CHECK_FALSE(route_pattern("/a/{x}") < route_pattern("/a/{y}"));
    CHECK_FALSE(route_pattern("/a/{y}") < route_pattern("/a/{x}"));
    CHECK_FALSE(route_pattern("/{x}") < route_pattern("/z"));
    CHECK(route_pattern("/a/{x}") < route_pattern("/a/{x...}"));
    CHECK(route_pattern("/a/{x...}") < route_pattern("/{x}/b"));
    CHECK_FALSE(route_pattern("/{x...}") < route_pattern("/{y...}"));
}

// A prefix ends with a segment, and paths are compared as routes compare them: who writes one in another way
// reaches the same routes, and must meet the same checks.
TEST_CASE("what lies below a pattern")
{
    route_pattern const admin("/admin");
    for (auto const* inside : {"/admin", "/admin/", "/admin/users", "/%61dmin/users", "/admin//"})
        CHECK(admin.begins(split_path(inside)));
    for (auto const* outside : {"/", "/administrator", "/Admin", "//admin", "/x/admin", "/./admin",
                                "/x/../admin", "/admin%2Fusers", "*"})
        CHECK_FALSE(admin.begins(split_path(outside)));
    CHECK(route_pattern("/admin/").begins(split_path("/admin")));

    route_pattern const build("/builds/{id}");
    CHECK(build.begins(split_path("/builds/7/events")));
    CHECK_FALSE(build.begins(split_path("/builds")));
    CHECK_FALSE(build.begins(split_path("/builds/")));

    route_pattern const within("/builds/{rest...}");
    CHECK(within.begins(split_path("/builds/7/events")));
    CHECK_FALSE(within.begins(split_path("/builds")));
}

TEST_CASE("all paths lie below the root")
{
    for (auto const* path : {"/", "/a", "//", "*"})
        CHECK(route_pattern("/").begins(split_path(path)));
}

// The names of topics are compared as they are.
TEST_CASE("patterns of names")
{
    struct row
    {
        char const* pattern;
        char const* name;
        bool matches;
    };
    for (auto const& [pattern, name, matches] : {
             row{"builds", "builds", true},
             row{"builds", "build", false},
             row{"builds/{id}", "builds/17", true},
             row{"builds/{id}", "builds/%61?#", true},
             row{"builds/{id}", "builds/", false},
             row{"builds/{id}", "builds", false},
             row{"builds/{id}", "builds/17/log", false},
             row{"builds/{id}/log", "builds/17/log", true},
             row{"builds/{id}/log", "builds/17/logs", false},
             row{"sensors/{where...}", "sensors/roof/wind", true},
             row{"sensors/{where...}", "sensors/", false},
             row{"sensors/{where...}", "sensors", false},
             row{"{name...}", "any/thing", true},
             row{"{name...}", "/", true},
             row{"{name...}", "", false},
             row{"{id}", "", false},
             row{"", "", true},
             row{"50%", "50%", true},
             row{"/a", "/a", true},
         }) {
        CAPTURE(pattern, name);
        CHECK(route_pattern(pattern, route_pattern::subject::names).matches(split_name(name)) == matches);
    }
    CHECK(split_name("a%2Fb/") == segments{"a%2Fb", ""});
}

TEST_CASE("how short what matches can be")
{
    for (auto const* pattern : {"/", "/a", "/a/{name}", "/{a}/{b...}", "/a//b"}) {
        std::string shortest;
        for (bool is_within = false; char c : std::string_view(pattern).substr(1)) {
            is_within |= c == '{';
            if (!is_within || c == '}')
                shortest += c == '}' ? 'x' : c;
            is_within &= c != '}';
        }
        CAPTURE(pattern, shortest);
        CHECK(route_pattern(pattern).matches(split_path("/" + shortest)));
        CHECK(route_pattern(pattern).least_size() == shortest.size());
    }
}

// What is malformed would mean something else than it says, and what nothing can match would be dead: both
// are told when they are written, and not by a 404.
TEST_CASE("what is no pattern is refused, and the text shows it")
{
    auto const refuses = [](std::string const& bad, route_pattern::subject of) {
        CAPTURE(bad);
        CHECK_THROWS_MATCHES(route_pattern(bad, of), std::invalid_argument,
                             Catch::Matchers::MessageMatches(
                                 Catch::Matchers::ContainsSubstring("the pattern \"" + bad + "\"")));
    };
    for (auto const* bad : {"", "a", "/a%20b", "/a?b", "/a#b", "/a\n", "/\x7F", "builds/{id}"})
        refuses(bad, route_pattern::subject::paths);
    for (auto const* text : {"{",     "}",     "{}",     "a{b}",    "{a}b",       "{a",      "a}",
                             "{{a}}", "{a-b}", "{a b}",  "{a}/{a}", "{a}/{a...}", "*",       "a/*",
                             "a/*/b", "a*",    "{*}",    "{...}",   "{a...}/b",   "{a...}/", "{a...}/{b...}",
                             "{a..}", "{a.b}", "{...a}", "a{b...}", "{a...}b"}) {
        refuses(std::string("/") + text, route_pattern::subject::paths);
        refuses(text, route_pattern::subject::names);
    }
}
