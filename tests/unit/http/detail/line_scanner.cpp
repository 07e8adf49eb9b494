// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/detail/line_scanner.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace std::string_literals;
using tidings::detail::line_scan;
using tidings::detail::scan_lines;

namespace {

constexpr std::string_view complete = "complete";
constexpr std::string_view unfinished = "unfinished";
constexpr std::string_view bare_cr = "a line has a CR without LF";
constexpr std::string_view bare_lf = "a line ends with LF, without CR";
constexpr std::string_view folded_line = "a line begins with a space";
constexpr std::string_view control_character =
    "a line has a control character; this is plain HTTP, without TLS";

std::string_view state_of(line_scan const& scan)
{
    if (scan.refused)
        return scan.refused.reason;
    return scan.is_complete ? complete : unfinished;
}

/// The state after each byte has come alone, each scan going on where the last one stopped.
std::string_view scan_bytewise(std::string_view text)
{
    std::size_t position = 0;
    for (std::size_t size = 1; size <= text.size(); ++size) {
        auto const scan = scan_lines(text.substr(0, size), position);
        if (state_of(scan) != unfinished)
            return state_of(scan);
        position = scan.position;
    }
    return unfinished;
}

} // namespace

TEST_CASE("the head ends behind its blank line")
{
    auto const scan = scan_lines("GET / HTTP/1.1\r\nHost: x\r\n\r\nbody", 0);
    CHECK(scan.is_complete);
    CHECK(scan.position == 27);
}

// Whole or byte by byte, a head is judged alike.
TEST_CASE("heads that are complete, unfinished or refused")
{
    struct row
    {
        std::string text;
        std::string_view state;
    };
    for (auto const& [text, state] : {
             row{"a\r\n\r\n", complete},
             row{"a\tb\r\nc\xFF\r\n\r\n", complete},
             row{"", unfinished},
             row{"a", unfinished},
             row{"a\r", unfinished},
             row{"a\r\n", unfinished},
             row{"a\r\n\r", unfinished},
             row{"a\r\nb\r\n", unfinished},
             row{"\r\na", unfinished},
             row{"\r\n0\r\n\r\n", complete},
             row{"a\nb", bare_lf},
             row{"\n", bare_lf},
             row{"a\r\n\n", bare_lf},
             row{"a\rb", bare_cr},
             row{"a\r\rb", bare_cr},
             row{"a\r\n\rb", bare_cr},
             row{"a\r\n b", folded_line},
             row{"a\r\n\tb", folded_line},
             row{"a\0"s, control_character},
             row{"\x16\x03", control_character},
             row{"a\x7F", control_character},
         }) {
        CAPTURE(text);
        CHECK(state_of(scan_lines(text, 0)) == state);
        CHECK(scan_bytewise(text) == state);
    }
}
