// SPDX-License-Identifier: BSL-1.0
#include "dashboard/line_splitter.hpp"

#include <catch2/catch_test_macros.hpp>

using dashboard::line_splitter;
using lines = std::vector<std::string>;

namespace {

// All lines of a text that arrives in pieces of the given size.
lines split(std::string_view text, std::size_t piece, std::size_t longest = 100)
{
    line_splitter splitter(longest);
    lines all;
    for (std::size_t at = 0; at < text.size(); at += piece)
        for (std::string& line : splitter.push(text.substr(at, piece)))
            all.push_back(std::move(line));
    if (auto last = splitter.finish())
        all.push_back(*std::move(last));
    return all;
}

} // namespace

// LF, CR LF and a lone CR each end one line, wherever the reads cut the text, and empty lines stay.
TEST_CASE("every kind of line end counts once")
{
    for (std::size_t piece = 1; piece < 12; ++piece)
        CHECK(split("a\nb\r\nc\rd\n\ne", piece) == lines{"a", "b", "c", "d", "", "e"});
}

// A line is complete when its end has come, and not before.
TEST_CASE("an unfinished line waits")
{
    line_splitter splitter(100);
    CHECK(splitter.push("[1/2] Buil").empty());
    CHECK(splitter.push("ding\n") == lines{"[1/2] Building"});
    CHECK(splitter.finish() == std::nullopt);
}

// What goes beyond the limit is dropped, the line says so, and the next one is whole again.
TEST_CASE("a long line is cut")
{
    CHECK(split("0123456789\n01234567890\nnext\n", 3, 10) == lines{"0123456789", "0123456789 …", "next"});
}

// A cut inside a code point leaves no broken character behind.
TEST_CASE("a long line is cut between characters")
{
    CHECK(split("aaaä\n", 1, 4) == lines{"aaa …"});
}

// Endless output without a line end takes no more memory than one line.
TEST_CASE("output without line ends is bounded")
{
    line_splitter splitter(10);
    for (int i = 0; i < 1000; ++i)
        CHECK(splitter.push(std::string(1000, 'x')).empty());
    CHECK(splitter.finish() == "xxxxxxxxxx …");
}

// Colours, cursor moves and bells are for terminals; the tab is text.
TEST_CASE("terminal controls are taken out")
{
    CHECK(split("\x1b[1;31merror:\x1b[0m\a no\tway\x1b[K\n", 2) == lines{"error: no\tway"});
    CHECK(split("broken off \x1b[1;3\n", 2) == lines{"broken off "});
}

// An event can only carry UTF-8, and a program may print anything.
TEST_CASE("what is not UTF-8 is replaced")
{
    CHECK(split("gr\xfcn ‘ok’\n", 1) == lines{"gr\xef\xbf\xbdn ‘ok’"});
}
