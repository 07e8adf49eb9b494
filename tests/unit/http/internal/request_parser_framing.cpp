// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/request_parser.hpp>

#include "parsed_requests.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace std::string_literals;
using namespace tidings::test;

// Each of these has made two servers in a row disagree on where a request ends.
TEST_CASE("ambiguous framing is refused")
{
    for (auto const* lines : {
             "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
             "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
             "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
             "Content-Length: 5\r\nContent-Length: 6\r\n",
             "Content-Length: 5\r\nContent-Length: 5\r\n",
             "Content-Length: 5, 6\r\n",
             "Content-Length: 5, 5\r\n",
             "Content-Length: +5\r\n",
             "Content-Length: -5\r\n",
             "Content-Length: 0x5\r\n",
             "Content-Length: 5 5\r\n",
             "Content-Length:\r\n",
             "Content-Length: 99999999999999999999\r\n",
             "Content-Length : 5\r\n",
             "Content-Length\r\n",
             "Transfer-Encoding:\r\n",
             "Transfer-Encoding: \"chunked\"\r\n",
             "Transfer-Encoding: , chunked\r\n",
             "Transfer-Encoding: gzip deflate\r\n",
             "Transfer-Encoding: chunked, gzip\r\n",
             "Transfer-Encoding: chunked, chunked\r\n",
             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
             "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
             "Transfer-Encoding : chunked\r\n",
             "Transfer-Encoding:\x0B"
             "chunked\r\n",
             "X: a\r\n Transfer-Encoding: chunked\r\n",
             "X: a\nTransfer-Encoding: chunked\r\n",
             "X: a\rTransfer-Encoding: chunked\r\n",
             " X: a\r\n",
             ": a\r\n",
             "X Y: a\r\n",
             "X: \x01\r\n",
             "Connection: ,;\r\n",
         }) {
        CAPTURE(lines);
        CHECK(status_with(lines) == 400);
    }
    CHECK(status_with("X: a\0b\r\n"s) == 400);
    CHECK(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
}

// Of a field that decides something there must not be two, or two readers may decide differently. Lists may
// be split over several lines.
TEST_CASE("what stands once stands once")
{
    for (auto const* name : {"Authorization", "Content-Type", "Last-Event-ID", "Origin", "Sec-Fetch-Site"}) {
        auto const line = name + ": a\r\n"s;
        CHECK(status_with(line) == 0);
        CHECK(status_with(line + line) == 400);
    }
    CHECK(status_with("last-event-id: 1\r\nX: y\r\nLAST-EVENT-ID: 2\r\n") == 400);
    CHECK(status_with("Cookie: a=1\r\nCookie: b=2\r\nAccept: x/y\r\nAccept: y/z\r\n") == 0);
}

// Expect is a list, which may be split; whatever stands in it must be one that can be met.
TEST_CASE("every expectation is read")
{
    auto const expecting = [](std::string const& lines) {
        return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n" + lines + "\r\n";
    };
    for (auto const* bad : {"Expect: wonders\r\n", "Expect: 100-continue, wonders\r\n",
                            "Expect: 100-continue\r\nExpect: wonders\r\n"})
        CHECK(status_of(expecting(bad)) == 417);
    for (auto const* good : {"Expect: 100-continue\r\n", "Expect: , 100-Continue,\r\n",
                             "Expect: 100-continue\r\nExpect: 100-continue\r\n"}) {
        tidings::internal::request_parser parser;
        CHECK(parser.feed(expecting(good)).state == tidings::internal::parse_state::head_complete);
        CHECK(parser.expects_continue());
    }
    tidings::internal::request_parser parser;
    CHECK(parser.feed(expecting("Expect:\r\n")).state == tidings::internal::parse_state::head_complete);
    CHECK_FALSE(parser.expects_continue());
}

TEST_CASE("transfer codings other than chunked are not supported")
{
    for (auto const* coding : {"gzip", "gzip, chunked", "identity", "xchunked", "gzip;q=1"})
        CHECK(status_with("Transfer-Encoding: "s + coding + "\r\n") == 501);
    CHECK(status_with("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n") == 501);
}

TEST_CASE("malformed chunks are refused")
{
    for (auto const* body : {"x\r\n",
                             "\r\n",
                             "-1\r\n",
                             "+1\r\nx\r\n",
                             "0x1\r\nx\r\n",
                             " 1\r\nx\r\n",
                             "1 \r\nx\r\n",
                             "1\nx\n",
                             "1\r\nxy\r\n",
                             "1\r\nx\n",
                             "1\r\nx\r0",
                             "1\rx",
                             "FFFFFFFFFFFFFFFFF\r\n",
                             "1;\r\nx\r\n",
                             "1;a=\"\n\"\r\nx\r\n",
                             "0\r\nX : y\r\n\r\n",
                             "0\r\nX: y\r\n z\r\n\r\n",
                             "0\r\nX:\r\n y\r\n\r\n",
                             "0\r\n: y\r\n\r\n",
                             "0\r\nX: \x01\r\n\r\n",
                             "0\r\nContent-Length: 1\r\n\r\n",
                             "0\r\nX\nY: z\r\n\r\n"}) {
        CAPTURE(body);
        CHECK(status_of(chunked(body + "\r\n0\r\n\r\n"s)) == 400);
    }
}

// A quoted string that is not closed in its line must not reach over the line's end.
TEST_CASE("a chunk's header ends with its line")
{
    auto const text = chunked("1;a=\"b\r\nx\r\n\"\r\n0\r\n\r\n");
    CHECK(parsed({text}).requests().empty());
    CHECK(status_of(text + std::string(20'000, 'a')) == 400);
}
