// SPDX-License-Identifier: BSL-1.0
#include <tidings/sse/internal/encode.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <limits>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using namespace std::string_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

std::string encoded(tidings::event const& value)
{
    std::string text(tidings::internal::encoded_size(value) + 1, '#');
    auto* const end = tidings::internal::encode(value, text.data());
    REQUIRE(end == text.data() + text.size() - 1);
    REQUIRE(text.back() == '#');
    text.pop_back();
    return text;
}

std::string encoded_comment(std::string_view comment)
{
    std::string text(tidings::internal::encoded_comment_size(comment) + 1, '#');
    auto* const end = tidings::internal::encode_comment(comment, text.data());
    REQUIRE(end == text.data() + text.size() - 1);
    REQUIRE(text.back() == '#');
    text.pop_back();
    return text;
}

} // namespace

// Lines stand in the order id, event, data, retry, whatever is left out.
TEST_CASE("an event is written in the order id, event, data, retry")
{
    CHECK(encoded({.id = "7", .type = "price", .data = "1.5", .retry = 3s}) ==
          "id: 7\nevent: price\ndata: 1.5\nretry: 3000\n\n");
    CHECK(encoded({.data = "1.5"}) == "data: 1.5\n\n");
    CHECK(encoded({.id = "7", .data = "1.5"}) == "id: 7\ndata: 1.5\n\n");
    CHECK(encoded({.type = "price"}) == "event: price\n\n");
    CHECK(encoded({.retry = 0ms}) == "retry: 0\n\n");
    CHECK(encoded({.retry = std::chrono::milliseconds::max()}) == "retry: 9223372036854775807\n\n");
}

// A chunk of no bytes would end a chunked response, so even nothing is written as something.
TEST_CASE("an event without any member is a blank line")
{
    CHECK(encoded({}) == "\n");
}

// Left out and empty are two things: no line, and a line with an empty value.
TEST_CASE("empty members have a line with an empty value")
{
    CHECK(encoded({.id = "", .type = "", .data = ""}) == "id:\nevent:\ndata:\n\n");
    CHECK(encoded({.data = std::string_view()}) == "\n");
}

// Each break begins one line, and no break is lost at either end.
TEST_CASE("data is cut at LF, CR and CRLF")
{
    CHECK(encoded({.data = "a\nb"}) == "data: a\ndata: b\n\n");
    CHECK(encoded({.data = "a\rb"}) == "data: a\ndata: b\n\n");
    CHECK(encoded({.data = "a\r\nb"}) == "data: a\ndata: b\n\n");
    CHECK(encoded({.data = "a\n\rb"}) == "data: a\ndata:\ndata: b\n\n");
    CHECK(encoded({.data = "a\r\r\nb"}) == "data: a\ndata:\ndata: b\n\n");
    CHECK(encoded({.data = "\n"}) == "data:\ndata:\n\n");
    CHECK(encoded({.data = "\r\n"}) == "data:\ndata:\n\n");
    CHECK(encoded({.data = "a\n"}) == "data: a\ndata:\n\n");
    CHECK(encoded({.data = "a\r"}) == "data: a\ndata:\n\n");
    CHECK(encoded({.data = "\na\r\nb\rc\n\n"}) == "data:\ndata: a\ndata: b\ndata: c\ndata:\ndata:\n\n");
}

// Clients eat one space after the colon; there is always one to eat.
TEST_CASE("a leading space survives")
{
    CHECK(encoded({.id = " 7", .type = " t", .data = " a\n  b"}) ==
          "id:  7\nevent:  t\ndata:  a\ndata:   b\n\n");
}

// What would become a further line, field or event is refused, at every place in the value.
TEST_CASE("line breaks and NUL cannot be smuggled into id and type")
{
    for (auto const& bad :
         {"\n"s, "\r"s, "\r\n"s, "7\ndata: evil"s, "7\rdata: evil"s, "7\n\ndata: evil\n\n"s, "7\n"s}) {
        CHECK_THROWS_AS(tidings::internal::encoded_size({.id = bad}), std::invalid_argument);
        CHECK_THROWS_AS(tidings::internal::encoded_size({.type = bad}), std::invalid_argument);
    }
    CHECK_THROWS_AS(tidings::internal::encoded_size({.id = "a\0b"s}), std::invalid_argument);
}

// The standard allows NUL in data and type, and other Unicode line separators are ordinary characters.
TEST_CASE("an id that a client could not come back with cannot be sent")
{
    CHECK_THROWS_AS(tidings::internal::encoded_size({.id = "\x01"}), std::invalid_argument);
    CHECK_THROWS_AS(tidings::internal::encoded_size({.id = "a\x1b"}), std::invalid_argument);
    CHECK_THROWS_AS(tidings::internal::encoded_size({.id = "a\x7f"}), std::invalid_argument);
    CHECK(tidings::internal::encoded_size({.id = "a\tb"}) > 0);
}

TEST_CASE("what is not a line break for the standard goes out as it is")
{
    CHECK(encoded({.type = "a\0b"s, .data = "c\0d"s}) == "event: a\0b\ndata: c\0d\n\n"s);
    CHECK(encoded({.id = "\u2028", .type = "\u0085", .data = "\u2028\u2029\v\f"}) ==
          "id: \u2028\nevent: \u0085\ndata: \u2028\u2029\v\f\n\n");
    CHECK(encoded({.id = "\uFEFF", .data = "\uFEFF"}) == "id: \uFEFF\ndata: \uFEFF\n\n");
    CHECK(encoded({.id = "a: b", .data = ": not a comment"}) == "id: a: b\ndata: : not a comment\n\n");
}

// An event stream is UTF-8 and nothing else; a client would replace other bytes without a word.
TEST_CASE("bytes that are not UTF-8 are refused in every member")
{
    CHECK_THROWS_AS(tidings::internal::encoded_size({.id = "\xff"}), std::invalid_argument);
    CHECK_THROWS_AS(tidings::internal::encoded_size({.type = "\xC0\x80"}), std::invalid_argument);
    CHECK_THROWS_AS(tidings::internal::encoded_size({.data = "cut \xE2\x82"}), std::invalid_argument);
    CHECK_THROWS_AS(tidings::internal::encoded_comment_size("\xED\xA0\x80"), std::invalid_argument);
}

TEST_CASE("a negative retry time is refused")
{
    CHECK_THROWS_AS(tidings::internal::encoded_size({.retry = -1ms}), std::invalid_argument);
    CHECK_THROWS_AS(tidings::internal::encoded_size({.retry = std::chrono::milliseconds::min()}),
                    std::invalid_argument);
}

// The text tells which member, where, and what to do, without repeating the bytes into somebody's log.
TEST_CASE("a refusal says what is wrong")
{
    CHECK_THROWS_MATCHES(tidings::internal::encoded_size({.id = "ab\ncd"}), std::invalid_argument,
                         MessageMatches(ContainsSubstring("id of an event") && ContainsSubstring("0x0a") &&
                                        ContainsSubstring("byte 2") && ContainsSubstring("escape")));
    CHECK_THROWS_MATCHES(tidings::internal::encoded_size({.data = "abc\xff"}), std::invalid_argument,
                         MessageMatches(ContainsSubstring("data of an event") && ContainsSubstring("0xff") &&
                                        ContainsSubstring("byte 3") && ContainsSubstring("utf8_joiner")));
    CHECK_THROWS_MATCHES(tidings::internal::encoded_size({.retry = -5ms}), std::invalid_argument,
                         MessageMatches(ContainsSubstring("-5 ms")));
}

// A comment is a block of its own, and each of its lines is a comment line.
TEST_CASE("comments")
{
    CHECK(encoded_comment("ping") == ": ping\n\n");
    CHECK(encoded_comment("") == ":\n\n");
    CHECK(encoded_comment("a\nb\r\nc\rdata: evil\n\ndata: evil") ==
          ": a\n: b\n: c\n: data: evil\n:\n: data: evil\n\n");
}
