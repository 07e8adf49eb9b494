// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/router.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <stdexcept>

using tidings::internal::route_outcome;

namespace {

using string_router = tidings::internal::router<std::string>;

string_router example()
{
    string_router routes;
    routes.add("GET", "/users/{id}", "user");
    routes.add("DELETE", "/users/{id}", "delete");
    routes.add("GET", "/users/me", "me");
    routes.add("GET", "/{kind}/me", "kind");
    routes.add("GET", "/", "root");
    routes.add("POST", "/emit", "emit");
    routes.add("OPTIONS", "/custom", "options");
    routes.add("GET", "/head", "get");
    routes.add("HEAD", "/head", "head");
    return routes;
}

/// The value that was found, or nothing.
std::string value_of(string_router const& routes, std::string_view method, std::string_view path)
{
    auto const match = routes.find(method, path);
    CHECK((match.value() != nullptr) == (match.outcome() == route_outcome::found));
    return match.value() ? *match.value() : "";
}

} // namespace

TEST_CASE("the more exact route wins, whatever the order of adding")
{
    auto const routes = example();
    CHECK(value_of(routes, "GET", "/users/me") == "me");
    CHECK(value_of(routes, "GET", "/users/7") == "user");
    CHECK(value_of(routes, "GET", "/things/me") == "kind");
    CHECK(value_of(routes, "GET", "/") == "root");
    CHECK(routes.find("GET", "/users/a%2Fb").params() == tidings::detail::route_params{{"id", "a/b"}});
}

// A path is text between slashes, and nothing is done to it but decoding: whoever compared it before saw the
// same, and nobody gets from one path to another by dots, slashes or letters.
TEST_CASE("paths are not normalised")
{
    string_router routes;
    routes.add("GET", "/a/b", "two");
    routes.add("GET", "/files/{name}", "file");
    CHECK(value_of(routes, "GET", "/%61/b") == "two");
    for (auto const* other : {"/a//b", "//a/b", "/a/./b", "/x/../a/b", "/a/b/", "/a/B", "/a%2Fb", "/a/b/..",
                              "/files/", "/files//", "/files/x/../../a/b"})
        CHECK(routes.find("GET", other).outcome() == route_outcome::not_found);
    using params = tidings::detail::route_params;
    CHECK(routes.find("GET", "/files/..").params() == params{{"name", ".."}});
    CHECK(routes.find("GET", "/files/%2e%2e%2Fetc").params() == params{{"name", "../etc"}});
}

// A method that the most exact pattern lacks is looked for in the others.
TEST_CASE("the method counts before exactness")
{
    auto const match = example().find("DELETE", "/users/me");
    CHECK(match.outcome() == route_outcome::found);
    CHECK(match.params() == tidings::detail::route_params{{"id", "me"}});
}

TEST_CASE("unknown paths and methods")
{
    auto const routes = example();
    CHECK(routes.find("GET", "/nowhere").outcome() == route_outcome::not_found);
    CHECK(routes.find("OPTIONS", "/nowhere").outcome() == route_outcome::not_found);
    CHECK(routes.find("GET", "/users/").outcome() == route_outcome::not_found);
    CHECK(routes.find("GET", "*").outcome() == route_outcome::method_not_allowed);

    auto const match = routes.find("PUT", "/users/me");
    CHECK(match.outcome() == route_outcome::method_not_allowed);
    CHECK(match.allow() == "DELETE, GET, HEAD, OPTIONS");
    CHECK(routes.find("GET", "/emit").allow() == "OPTIONS, POST");
    CHECK(routes.find("HEAD", "/emit").outcome() == route_outcome::method_not_allowed);
    CHECK(routes.find("get", "/").outcome() == route_outcome::method_not_allowed);
}

TEST_CASE("HEAD goes where GET does, unless it has a route")
{
    CHECK(value_of(example(), "HEAD", "/users/me") == "me");
    CHECK(value_of(example(), "HEAD", "/head") == "head");
}

TEST_CASE("OPTIONS is answered from the routes, unless it has one")
{
    auto const routes = example();
    CHECK(routes.find("OPTIONS", "/emit").outcome() == route_outcome::options);
    CHECK(routes.find("OPTIONS", "/emit").allow() == "OPTIONS, POST");
    CHECK(value_of(routes, "OPTIONS", "/custom") == "options");
    CHECK(routes.find("OPTIONS", "*").outcome() == route_outcome::options);
    CHECK(routes.find("OPTIONS", "*").allow() == "DELETE, GET, HEAD, OPTIONS, POST");
    CHECK(string_router().find("OPTIONS", "*").allow() == "OPTIONS");
}

TEST_CASE("a route that is there already is refused and changes nothing")
{
    auto routes = example();
    CHECK_THROWS_AS(routes.add("GET", "/users/{name}", "x"), std::invalid_argument);
    CHECK_THROWS_AS(routes.add("GET", "/", "x"), std::invalid_argument);
    CHECK_THROWS_AS(routes.add("G T", "/x", "x"), std::invalid_argument);
    CHECK_THROWS_AS(routes.add("GET", "/x{", "x"), std::invalid_argument);
    routes.add("PUT", "/users/{name}", "put");
    CHECK(value_of(routes, "PUT", "/users/7") == "put");
    CHECK(routes.find("PUT", "/users/7").params() == tidings::detail::route_params{{"name", "7"}});
    CHECK(value_of(routes, "GET", "/users/7") == "user");
}

TEST_CASE("values need only be movable")
{
    tidings::internal::router<std::unique_ptr<int>> routes;
    routes.add("GET", "/", std::make_unique<int>(7));
    CHECK(**routes.find("GET", "/").value() == 7);
}
