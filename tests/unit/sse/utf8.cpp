// SPDX-License-Identifier: BSL-1.0
#include <tidings/sse/utf8.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

using tidings::is_valid_utf8;
using tidings::replace_invalid_utf8;

namespace {

/// The bits of a value in UTF-8's pattern, whether Unicode allows that value and length or not.
std::string bits_in_utf8(std::uint32_t value, int length)
{
    if (length == 1)
        return std::string(1, static_cast<char>(value));
    std::string bytes(static_cast<std::size_t>(length), '\0');
    for (auto i = bytes.size() - 1; i != 0; --i, value >>= 6)
        bytes[i] = static_cast<char>(0x80 | (value & 0x3F));
    bytes[0] = static_cast<char>((0xF00 >> length) | value);
    return bytes;
}

} // namespace

// Every value of 21 bits, in every length that can hold it: only the shortest form of a scalar value is
// valid.
TEST_CASE("exactly the scalar values in their shortest form are valid")
{
    std::uint32_t const capacity[] = {0, 0x80, 0x800, 0x10000, 0x200000};
    int wrong = 0;
    for (int length = 1; length <= 4; ++length) {
        for (std::uint32_t value = 0; value != capacity[length]; ++value) {
            bool const scalar = value < 0xD800 || (value > 0xDFFF && value < 0x110000);
            bool const shortest = length == 1 || value >= capacity[length - 1];
            wrong += is_valid_utf8(bits_in_utf8(value, length)) != (scalar && shortest);
        }
    }
    CHECK(wrong == 0);
}

// Bytes that start nothing, sequences cut short, and sequences interrupted by other text.
TEST_CASE("malformed sequences are invalid")
{
    for (auto const* bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xF5\x80\x80\x80", "\xFE", "\xFF",
                            "\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xE2\x28\xA1", "\xC3\xC3", "\xF0\x9F\x98x"})
        CHECK_FALSE(is_valid_utf8(bad));
}

// The check reads eight bytes at a time; nothing may hide at any distance from such a step.
TEST_CASE("a bad byte is found at every position")
{
    for (std::size_t size = 1; size != 40; ++size) {
        for (std::size_t at = 0; at != size; ++at) {
            std::string text(size, 'x');
            text[at] = '\xFF';
            CHECK(tidings::valid_utf8_prefix(text) == at);
        }
    }
    CHECK(tidings::valid_utf8_prefix("") == 0);
    CHECK(tidings::valid_utf8_prefix("12345678\u20AC12345678\xE2\x82") == 19);
}

// A tail counts as unfinished only if further bytes could make it whole.
TEST_CASE("unfinished tails")
{
    CHECK(tidings::unfinished_utf8_tail("") == 0);
    CHECK(tidings::unfinished_utf8_tail("abc") == 0);
    CHECK(tidings::unfinished_utf8_tail("\u20AC") == 0);
    CHECK(tidings::unfinished_utf8_tail("a\xC3") == 1);
    CHECK(tidings::unfinished_utf8_tail("a\xE2\x82") == 2);
    CHECK(tidings::unfinished_utf8_tail("\xF0\x9F\x98") == 3);
    CHECK(tidings::unfinished_utf8_tail("a\x82") == 0);
    CHECK(tidings::unfinished_utf8_tail("\xED\xA0") == 0);
    CHECK(tidings::unfinished_utf8_tail("\xFF") == 0);
}

// The counts are those of the WHATWG decoder: one replacement for each maximal part of a code point.
TEST_CASE("invalid parts are replaced as browsers do")
{
    CHECK(replace_invalid_utf8("plain \u20AC") == "plain \u20AC");
    CHECK(replace_invalid_utf8("") == "");
    CHECK(replace_invalid_utf8("a\xFFz") == "a\uFFFDz");
    CHECK(replace_invalid_utf8("\xE2\x82z") == "\uFFFDz");
    CHECK(replace_invalid_utf8("\xE2\x82") == "\uFFFD");
    CHECK(replace_invalid_utf8("\xC0\x80") == "\uFFFD\uFFFD");
    CHECK(replace_invalid_utf8("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");
    CHECK(replace_invalid_utf8("\xF0\x80\x80\x41") == "\uFFFD\uFFFD\uFFFD\x41");
    CHECK(replace_invalid_utf8("\xF1\x80\x80\xE1\x80\xC2") == "\uFFFD\uFFFD\uFFFD");
}

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
