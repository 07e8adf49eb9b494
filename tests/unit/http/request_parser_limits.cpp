// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/request_parser.hpp>

#include "parsed_requests.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace std::string_literals;
using namespace tidings::test;
using tidings::parse_state;
using tidings::request_parser;

TEST_CASE("limits have their own statuses")
{
    auto const head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"s;
    CHECK(status_of(head, {.head = head.size()}) == 0);
    CHECK(status_of(head, {.head = head.size() - 1}) == 431);
    CHECK(status_of(head, {.head = 14}) == 414);
    CHECK(status_of("GET /" + std::string(20'000, 'a')) == 414);
    CHECK(status_of("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'a')) == 431);

    CHECK(status_with("A: 1\r\nB: 2\r\n") == 0);
    CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nB: 2\r\n\r\n", {.header_count = 2}) == 0);
    CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nB: 2\r\nC: 3\r\n\r\n", {.header_count = 2}) == 431);
    CHECK(status_of(chunked("0\r\nC: 3\r\n\r\n"), {.header_count = 2}) == 431);

    CHECK(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345", {.body = 5}) == 0);
    CHECK(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n", {.body = 5}) == 413);
    CHECK(status_of(chunked("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), {.body = 5}) == 0);
    CHECK(status_of(chunked("3\r\nabc\r\n3\r\n"), {.body = 5}) == 413);
}

// What is held back between chunks is bounded, in one piece and byte by byte.
TEST_CASE("endless lines between chunks are refused")
{
    auto many_trailers = "0\r\n"s;
    for (auto i = 0; i != 4'000; ++i)
        many_trailers += "X:y\r\n";
    for (auto const& endless : {many_trailers, "1;a=" + std::string(20'000, 'a'),
                                "0\r\nX: " + std::string(20'000, 'a'), "000" + std::string(20'000, '0')}) {
        CHECK(status_of(chunked(endless)) == 431);
        request_parser parser;
        CHECK(parser.feed(chunked("")).state == parse_state::head_complete);
        auto state = parse_state::need_more;
        for (auto at = endless.begin(); at != endless.end() && state == parse_state::need_more; ++at)
            state = parser.feed({&*at, 1}).state;
        CHECK(state == parse_state::failed);
        CHECK(parser.error().status == 431);
    }
}

// A line that is both malformed and too long is refused for the same reason wherever it is cut.
TEST_CASE("a refusal of a line between chunks does not depend on the cut")
{
    auto const bad = chunked("5\r\nhello\r\n0\r\nT: 1\rGET" + std::string(100, 'x') + "\n");
    tidings::parser_limits const limits{.head = 64};
    CHECK(status_of(bad, limits) == 400);
    request_parser parser(limits);
    for (auto at = bad.begin(); at != bad.end() && parser.error().status == 0; ++at)
        (void)parser.feed({&*at, 1});
    CHECK(parser.error().status == 400);
}
