// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/request_parser.hpp>

#include "parsed_requests.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace std::string_literals;
using namespace tidings::test;
using tidings::internal::parse_state;
using tidings::internal::request_parser;

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
    CHECK(status_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n1", {.body = 5}) == 413);
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
        parsed in_bytes;
        in_bytes.feed_byte_by_byte(chunked(endless));
        CHECK(in_bytes.status() == 431);
    }
}

// A line that is both malformed and too long is refused for the same reason wherever it is cut.
TEST_CASE("a refusal of a line between chunks does not depend on the cut")
{
    auto const bad = chunked("5\r\nhello\r\n0\r\nT: 1\rGET" + std::string(100, 'x') + "\n");
    tidings::internal::parser_limits const limits{.head = 64};
    CHECK(status_of(bad, limits) == 400);
    parsed in_bytes({}, limits);
    in_bytes.feed_byte_by_byte(bad);
    CHECK(in_bytes.status() == 400);
}

// Who decides upon heads sees one that is complete also where its body will be too large, and refuses it
// then.
TEST_CASE("a body that will be too large is known with the head")
{
    request_parser parser({.body = 5});
    auto const large = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n"s;
    CHECK(parser.feed(large).state == parse_state::head_complete);
    CHECK(parser.is_body_too_large());
    CHECK(parser.body_size() == 6);
    CHECK(parser.head().path() == "/x");
    CHECK(parser.feed("1").state == parse_state::failed);
    CHECK(parser.error().status == 413);
    parser.reset();
    CHECK(parser.feed(chunked("")).state == parse_state::head_complete);
    CHECK_FALSE(parser.is_body_too_large());
    CHECK_FALSE(parser.body_size());
}

// What was decided and noted upon the head holds for the whole request; one that is refused is taken as it
// is.
TEST_CASE("a head is taken before its body has come, or is noted in")
{
    auto const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"s;
    request_parser parser;
    CHECK(parser.feed(head).state == parse_state::head_complete);
    tidings::internal::access::add_param(parser.head(), "id", "7");
    CHECK(parser.feed("xy").state == parse_state::complete);
    auto const whole = parser.take();
    CHECK(whole.param("id") == "7");
    CHECK(whole.body() == "xy");
    CHECK(parser.feed(head).state == parse_state::head_complete);
    CHECK(parser.take().header("Content-Length") == "2");
    CHECK_FALSE(parser.has_begun());
}

// Chunk extensions and tiny chunks may cost 64 KiB and twice the body: who sends more makes work of nothing.
// What real clients send in small pieces passes.
TEST_CASE("the framing of a chunked body is bounded by its content")
{
    auto const body_of = [](int chunks, std::string const& header, std::string const& content) {
        std::string text;
        for (int i = 0; i != chunks; ++i)
            text.append(header).append("\r\n").append(content).append("\r\n");
        return chunked(text + "0\r\n\r\n");
    };
    CHECK(status_of(body_of(20'000, "1", "x")) == 0);
    CHECK(status_of(body_of(100'000, "1", "x")) == 400);
    CHECK(status_of(body_of(100'000, "3", "abc")) == 0);
    auto const extended = "1;a=" + std::string(500, 'y');
    CHECK(status_of(body_of(100, extended, "x")) == 0);
    CHECK(status_of(body_of(200, extended, "x")) == 400);
    CHECK(status_of(body_of(200, "200;a=" + std::string(500, 'y'), std::string(0x200, 'x'))) == 0);
    // It is counted anew for each request of a connection.
    CHECK(status_of(body_of(20'000, "1", "x") + body_of(20'000, "1", "x")) == 0);
}
