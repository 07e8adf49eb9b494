// SPDX-License-Identifier: BSL-1.0
#include <tidings/sse/utf8.hpp>
#include <tidings/sse/utf8_joiner.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("an unfinished code point waits for its rest")
{
    tidings::utf8_joiner joiner;
    CHECK(joiner.join("5 \xE2\x82") == "5 ");
    CHECK(joiner.join("\xAC and \xF0") == "\u20AC and ");
    CHECK(joiner.join("\x9F").empty());
    CHECK(joiner.join("").empty());
    CHECK(joiner.join("\x98").empty());
    CHECK(joiner.join("\x80") == "\U0001F600");
    CHECK(joiner.finish().empty());
}

TEST_CASE("what can never be UTF-8 becomes U+FFFD at once")
{
    tidings::utf8_joiner joiner;
    CHECK(joiner.join("a\xFF") == "a\uFFFD");
    CHECK(joiner.join("\xE2\x82").empty());
    CHECK(joiner.join("x") == "\uFFFDx");
}

TEST_CASE("finish tells of an unfinished code point, once")
{
    tidings::utf8_joiner joiner;
    CHECK(joiner.join("a\xF0\x9F\x98") == "a");
    CHECK(joiner.finish() == "\uFFFD");
    CHECK(joiner.finish().empty());
    CHECK(joiner.join("b") == "b");
}

// However a text is cut, every piece is valid and together they are the text.
TEST_CASE("cuts at any two bytes change nothing")
{
    std::string const text = "a\u00E9\u20AC\U0001F600 \xFF\xE2\x82\xF0\x9F z\u20AC\xED\xA0\x80\xC3";
    auto const expected = tidings::replace_invalid_utf8(text);
    for (std::size_t first = 0; first <= text.size(); ++first) {
        for (std::size_t second = first; second <= text.size(); ++second) {
            tidings::utf8_joiner joiner;
            std::string joined;
            for (auto const& piece :
                 {text.substr(0, first), text.substr(first, second - first), text.substr(second)}) {
                auto const part = joiner.join(piece);
                REQUIRE(tidings::is_valid_utf8(part));
                joined += part;
            }
            joined += joiner.finish();
            REQUIRE(joined == expected);
        }
    }
}
