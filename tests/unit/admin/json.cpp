// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/json.hpp>

#include <catch2/catch_test_macros.hpp>

using tidings::detail::beginning_of;
using tidings::detail::json_of;

TEST_CASE("any text is a JSON string")
{
    CHECK(json_of("") == R"("")");
    CHECK(json_of(R"(a "quoted" \ text)") == R"("a \"quoted\" \\ text")");
    CHECK(json_of("two\nlines\t\x01") == R"("two\u000alines\u0009\u0001")");
    CHECK(json_of("Größe") == R"("Größe")");
    CHECK(json_of("half a \xc3") == R"("half a ?")");
}

TEST_CASE("a text that is too long is cut between characters")
{
    CHECK(beginning_of("short", 5) == "short");
    CHECK(beginning_of("longer", 5) == "longe");
    CHECK(beginning_of("gr\xc3\xb6\xc3\x9f", 3) == "gr");
    CHECK(beginning_of("gr\xc3\xb6\xc3\x9f", 4) == "gr\xc3\xb6");
    CHECK(beginning_of("\xf0\x9f\x8e\x89", 3).empty());
}
