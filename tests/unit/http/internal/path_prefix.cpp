// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/path_prefix.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using tidings::internal::path_prefix;

// A prefix ends with a segment, and paths are compared as routes compare them: who writes one in another way
// reaches the same routes, and must meet the same checks.
TEST_CASE("a prefix stands for what lies below it")
{
    path_prefix const admin("/admin");
    for (auto const* inside : {"/admin", "/admin/", "/admin/users", "/%61dmin/users", "/admin//"})
        CHECK(admin.contains(inside));
    for (auto const* outside : {"/", "/administrator", "/Admin", "//admin", "/x/admin", "/./admin",
                                "/x/../admin", "/admin%2Fusers", "*"})
        CHECK_FALSE(admin.contains(outside));
    CHECK(path_prefix("/admin/").contains("/admin"));

    path_prefix const build("/builds/{id}");
    CHECK(build.contains("/builds/7/events"));
    CHECK_FALSE(build.contains("/builds"));
    CHECK_FALSE(build.contains("/builds/"));
}

TEST_CASE("the prefix \"/\" stands for all paths")
{
    for (auto const* path : {"/", "/a", "//", "*"})
        CHECK(path_prefix("/").contains(path));
}

TEST_CASE("malformed prefixes are refused")
{
    for (auto const* wrong : {"", "admin", "/a{b}", "/%61", "/a?b"})
        CHECK_THROWS_AS(path_prefix(wrong), std::invalid_argument);
}
