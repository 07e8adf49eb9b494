// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/headers.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace std::string_literals;

TEST_CASE("headers keep their order, and are found whatever their case")
{
    tidings::headers fields;
    CHECK(fields.empty());
    fields.add("Vary", "Origin");
    fields.add("X-Trace", "7");
    fields.add("vary", "Accept");
    CHECK(fields.get("VARY") == "Origin");
    CHECK(fields.contains("x-trace"));
    CHECK_FALSE(fields.contains("X"));
    CHECK(fields.get("X").empty());
    CHECK(fields.begin()[2] == tidings::headers::field("vary", "Accept"));
}

TEST_CASE("set replaces all of a name, remove drops them")
{
    tidings::headers fields;
    fields.add("A", "1");
    fields.add("B", "2");
    fields.add("a", "3");
    fields.set("A", "4");
    CHECK(fields.end() - fields.begin() == 2);
    CHECK(fields.get("a") == "4");
    fields.remove("b");
    CHECK_FALSE(fields.contains("B"));
}

// A value with a line break would become a header, or a body, of its own.
TEST_CASE("what would break out of a header is refused and changes nothing")
{
    tidings::headers fields;
    fields.add("A", "1");
    for (auto const& value : {"a\r\nEvil: 1"s, "a\nb"s, "a\rb"s, "a\0b"s, "a\x7F"s, " a"s, "a "s}) {
        CHECK_THROWS_AS(fields.add("A", value), std::invalid_argument);
        CHECK_THROWS_AS(fields.set("A", value), std::invalid_argument);
    }
    for (auto const& name : {""s, "A B"s, "A:"s, "A\r\n"s, "\xC3\xA4"s})
        CHECK_THROWS_AS(fields.add(name, "1"), std::invalid_argument);
    CHECK(fields.end() - fields.begin() == 1);
    CHECK(fields.get("A") == "1");
}

TEST_CASE("framing belongs to the server")
{
    tidings::headers fields;
    for (auto const* name : {"Content-Length", "transfer-encoding", "CONNECTION"})
        CHECK_THROWS_AS(fields.add(name, "1"), std::invalid_argument);
}
