// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/router.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string>
#include <vector>

using tidings::internal::route_match;
using tidings::internal::route_outcome;
using tidings::internal::route_params;

namespace {

/// Routes by the names that a test gives them.
class named_routes
{
public:
    void add(std::string_view method, std::string_view pattern, std::string name)
    {
        routes_.add(method, pattern);
        names_.push_back(std::move(name));
    }

    route_match find(std::string_view method, std::string_view path) const
    {
        return routes_.find(method, tidings::internal::split_path(path));
    }

    std::string name_of(route_match const& match) const
    {
        return match.outcome == route_outcome::found ? names_.at(match.index) : "";
    }

private:
    tidings::internal::router routes_;
    std::vector<std::string> names_;
};

named_routes example()
{
    named_routes routes;
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

/// The name of the route that was found, or nothing.
std::string value_of(named_routes const& routes, std::string_view method, std::string_view path)
{
    return routes.name_of(routes.find(method, path));
}

} // namespace

TEST_CASE("the more exact route wins, whatever the order of adding")
{
    auto const routes = example();
    CHECK(value_of(routes, "GET", "/users/me") == "me");
    CHECK(value_of(routes, "GET", "/users/7") == "user");
    CHECK(value_of(routes, "GET", "/things/me") == "kind");
    CHECK(value_of(routes, "GET", "/") == "root");
    CHECK(routes.find("GET", "/users/a%2Fb").params == route_params{{"id", "a/b"}});
}

// A path is text between slashes, and nothing is done to it but decoding: whoever compared it before saw the
// same, and nobody gets from one path to another by dots, slashes or letters.
TEST_CASE("paths are not normalised")
{
    named_routes routes;
    routes.add("GET", "/a/b", "two");
    routes.add("GET", "/files/{name}", "file");
    CHECK(value_of(routes, "GET", "/%61/b") == "two");
    for (auto const* other : {"/a//b", "//a/b", "/a/./b", "/x/../a/b", "/a/b/", "/a/B", "/a%2Fb", "/a/b/..",
                              "/files/", "/files//", "/files/x/../../a/b"})
        CHECK(routes.find("GET", other).outcome == route_outcome::not_found);
    CHECK(routes.find("GET", "/files/..").params == route_params{{"name", ".."}});
    CHECK(routes.find("GET", "/files/%2e%2e%2Fetc").params == route_params{{"name", "../etc"}});
}

// A tail takes what nothing more exact takes, as a page with its files does, and whatever depth it has.
TEST_CASE("a tail comes last")
{
    named_routes routes;
    routes.add("GET", "/{rest...}", "page");
    routes.add("GET", "/files/{path...}", "file");
    routes.add("GET", "/files/{name}", "shallow");
    routes.add("GET", "/files/list", "list");
    CHECK(value_of(routes, "GET", "/files/list") == "list");
    CHECK(value_of(routes, "GET", "/files/a") == "shallow");
    CHECK(value_of(routes, "GET", "/files/a/b") == "file");
    CHECK(value_of(routes, "GET", "/files/") == "page");
    CHECK(value_of(routes, "GET", "/other/a") == "page");
    CHECK(value_of(routes, "GET", "/").empty());
    CHECK(routes.find("POST", "/files/a/b").allow == "GET, HEAD, OPTIONS");
    CHECK(routes.find("GET", "/files/a%2Fb//%2e%2e/c").params == route_params{{"path", "a/b//../c"}});
    CHECK_THROWS_AS(routes.add("GET", "/files/{other...}", "x"), std::invalid_argument);
}

// A method that the most exact pattern lacks is looked for in the others.
TEST_CASE("the method counts before exactness")
{
    auto const match = example().find("DELETE", "/users/me");
    CHECK(match.outcome == route_outcome::found);
    CHECK(match.params == route_params{{"id", "me"}});
}

TEST_CASE("unknown paths and methods")
{
    auto const routes = example();
    CHECK(routes.find("GET", "/nowhere").outcome == route_outcome::not_found);
    CHECK(routes.find("OPTIONS", "/nowhere").outcome == route_outcome::not_found);
    CHECK(routes.find("GET", "/users/").outcome == route_outcome::not_found);
    CHECK(routes.find("GET", "*").outcome == route_outcome::method_not_allowed);

    auto const match = routes.find("PUT", "/users/me");
    CHECK(match.outcome == route_outcome::method_not_allowed);
    CHECK(match.allow == "DELETE, GET, HEAD, OPTIONS");
    CHECK(routes.find("GET", "/emit").allow == "OPTIONS, POST");
    CHECK(routes.find("HEAD", "/emit").outcome == route_outcome::method_not_allowed);
    CHECK(routes.find("get", "/").outcome == route_outcome::method_not_allowed);
}

TEST_CASE("HEAD goes where GET does, unless it has a route")
{
    CHECK(value_of(example(), "HEAD", "/users/me") == "me");
    CHECK(value_of(example(), "HEAD", "/head") == "head");
}

TEST_CASE("OPTIONS is answered from the routes, unless it has one")
{
    auto const routes = example();
    CHECK(routes.find("OPTIONS", "/emit").outcome == route_outcome::options);
    CHECK(routes.find("OPTIONS", "/emit").allow == "OPTIONS, POST");
    CHECK(value_of(routes, "OPTIONS", "/custom") == "options");
    CHECK(routes.find("OPTIONS", "*").outcome == route_outcome::options);
    CHECK(routes.find("OPTIONS", "*").allow == "DELETE, GET, HEAD, OPTIONS, POST");
    CHECK(named_routes().find("OPTIONS", "*").allow == "OPTIONS");
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
    CHECK(routes.find("PUT", "/users/7").params == route_params{{"name", "7"}});
    CHECK(value_of(routes, "GET", "/users/7") == "user");
}
