// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/validators.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string_view>

using tidings::headers;
using tidings::request;

namespace {

constexpr auto modified = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr auto before = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr auto after = "Sun, 06 Nov 1994 08:49:38 GMT";

headers described(std::string_view tag)
{
    headers fields;
    fields.add("Last-Modified", modified);
    if (!tag.empty())
        fields.add("ETag", std::string(tag));
    return fields;
}

bool is_unchanged(request const& asked, std::string_view tag = "\"a-1\"")
{
    return tidings::internal::is_unchanged(asked, described(tag));
}

request knowing(std::string_view list)
{
    return request::get("/").with_header("If-None-Match", list);
}

request since(std::string_view date)
{
    return request::get("/").with_header("If-Modified-Since", date);
}

} // namespace

TEST_CASE("a client that knows the tag")
{
    for (auto const* list : {"\"a-1\"", "W/\"a-1\"", "\"x\", \"a-1\"", "\"x\" ,W/\"a-1\",", "*"}) {
        CHECK(is_unchanged(knowing(list)));
        CHECK(is_unchanged(knowing(list), "W/\"a-1\"")); // compared weakly
    }
    CHECK(is_unchanged(knowing("\"x\"").with_header("If-None-Match", "\"a-1\"")));
    CHECK(is_unchanged(request("HEAD", "/").with_header("If-None-Match", "\"a-1\"")));
}

TEST_CASE("a client that knows another tag, or none")
{
    for (auto const* list : {"", "\"x\"", "a-1", "\"a-1", "\"a-\"", "\"a-12\"", "W/", ",", "\"*\""})
        CHECK_FALSE(is_unchanged(knowing(list)));
    CHECK_FALSE(is_unchanged(request::get("/")));
    CHECK_FALSE(is_unchanged(knowing("\"\""), ""));
    CHECK_FALSE(is_unchanged(knowing("W/"), ""));
    CHECK_FALSE(is_unchanged(knowing("W/"), "W/"));
    CHECK(is_unchanged(knowing("*"), "")); // it is there, whatever its tag
}

TEST_CASE("a client that knows the time")
{
    CHECK(is_unchanged(since(modified)));
    CHECK(is_unchanged(since(after)));
    CHECK_FALSE(is_unchanged(since(before)));
    CHECK(is_unchanged(since("Sunday, 06-Nov-94 08:49:37 GMT"), ""));
    for (auto const* none : {"", "yesterday", "Sun, 06 Nov 2094 08:49:37"})
        CHECK_FALSE(is_unchanged(since(none)));
    CHECK_FALSE(tidings::internal::is_unchanged(since(after), {}));
}

// The time is asked for only where no tag is: it is too coarse to overrule one (RFC 9110, 13.1.3).
TEST_CASE("a tag counts in place of a time")
{
    CHECK_FALSE(is_unchanged(since(after).with_header("If-None-Match", "\"x\"")));
    CHECK_FALSE(is_unchanged(since(after).with_header("If-None-Match", "")));
    CHECK(is_unchanged(since(before).with_header("If-None-Match", "\"a-1\"")));
}

TEST_CASE("other methods are not answered from what the client has")
{
    CHECK_FALSE(is_unchanged(request("POST", "/").with_header("If-None-Match", "*")));
    CHECK_FALSE(is_unchanged(request("POST", "/").with_header("If-Modified-Since", after)));
}
