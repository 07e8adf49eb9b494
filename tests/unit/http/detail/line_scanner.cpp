// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/line_scanner.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace std::string_literals;
using tidings::detail::line_state;
using tidings::detail::scan_lines;

namespace {

/// The state after each byte has come alone, each scan going on where the last one stopped.
line_state scan_bytewise(std::string_view text)
{
    std::size_t position = 0;
    for (std::size_t size = 1; size <= text.size(); ++size) {
        auto const scan = scan_lines(text.substr(0, size), position);
        if (scan.state != line_state::unfinished)
            return scan.state;
        position = scan.position;
    }
    return line_state::unfinished;
}

} // namespace

TEST_CASE("the head ends behind its blank line")
{
    auto const scan = scan_lines("GET / HTTP/1.1\r\nHost: x\r\n\r\nbody", 0);
    CHECK(scan.state == line_state::complete);
    CHECK(scan.position == 27);
}

// Whole or byte by byte, a head is judged alike.
TEST_CASE("heads that are complete, unfinished or refused")
{
    struct row
    {
        std::string text;
        line_state state;
    };
    for (auto const& [text, state] : {
             row{"a\r\n\r\n", line_state::complete},
             row{"a\tb\r\nc\xFF\r\n\r\n", line_state::complete},
             row{"", line_state::unfinished},
             row{"a", line_state::unfinished},
             row{"a\r", line_state::unfinished},
             row{"a\r\n", line_state::unfinished},
             row{"a\r\n\r", line_state::unfinished},
             row{"a\r\nb\r\n", line_state::unfinished},
             row{"\r\na", line_state::unfinished},
             row{"\r\n0\r\n\r\n", line_state::complete},
             row{"a\nb", line_state::bare_lf},
             row{"\n", line_state::bare_lf},
             row{"a\r\n\n", line_state::bare_lf},
             row{"a\rb", line_state::bare_cr},
             row{"a\r\rb", line_state::bare_cr},
             row{"a\r\n\rb", line_state::bare_cr},
             row{"a\r\n b", line_state::folded_line},
             row{"a\r\n\tb", line_state::folded_line},
             row{"a\0"s, line_state::control_character},
             row{"\x16\x03", line_state::control_character},
             row{"a\x7F", line_state::control_character},
         }) {
        CAPTURE(text);
        CHECK(scan_lines(text, 0).state == state);
        CHECK(scan_bytewise(text) == state);
    }
}
