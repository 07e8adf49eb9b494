// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/name_pattern.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using tidings::detail::check_pattern;
using tidings::detail::fits_pattern;

TEST_CASE("names and patterns")
{
    CHECK(fits_pattern("builds", "builds"));
    CHECK_FALSE(fits_pattern("builds", "build"));
    CHECK(fits_pattern("builds/17", "builds/{id}"));
    CHECK_FALSE(fits_pattern("builds/", "builds/{id}"));
    CHECK_FALSE(fits_pattern("builds", "builds/{id}"));
    CHECK_FALSE(fits_pattern("builds/17/log", "builds/{id}"));
    CHECK(fits_pattern("builds/17/log", "builds/{id}/log"));
    CHECK_FALSE(fits_pattern("builds/17/logs", "builds/{id}/log"));
    CHECK(fits_pattern("sensors/roof/wind", "sensors/*"));
    CHECK_FALSE(fits_pattern("sensors/", "sensors/*"));
    CHECK_FALSE(fits_pattern("sensors", "sensors/*"));
    CHECK(fits_pattern("any/thing", "*"));
    CHECK_FALSE(fits_pattern("", "*"));
    CHECK_FALSE(fits_pattern("", "{id}"));
    CHECK_FALSE(fits_pattern("a/*", "b/*"));
    CHECK(fits_pattern("", ""));
}

// What looks like a pattern and would mean something else is refused.
TEST_CASE("what is no pattern")
{
    for (auto const* good : {"builds", "builds/{id}", "{user}/inbox", "sensors/*", "*", "", "a//b", "job:17"})
        CHECK_NOTHROW(check_pattern(good));
    for (auto const* bad : {"job:{id}", "a/{b}c", "a/*/b", "a/b*", "{a}{b}", "{}", "{*}", "a/{b", "a}", "**"})
        CHECK_THROWS_AS(check_pattern(bad), std::invalid_argument);
}
