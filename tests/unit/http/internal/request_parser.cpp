// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/request_parser.hpp>

#include "parsed_requests.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace std::string_literals;
using namespace tidings::test;
using tidings::internal::parse_state;
using tidings::internal::request_parser;

TEST_CASE("a request without a body")
{
    parsed const result(
        {"GET /a?b=c HTTP/1.1\r\nHost: example.com:80\r\nX-Two:  a b \t\r\nX-Empty:\r\n\r\n"});
    REQUIRE(result.requests().size() == 1);
    auto const& r = result.requests()[0];
    CHECK(r.method() == "GET");
    CHECK(r.path() == "/a");
    CHECK(r.query("b") == "c");
    CHECK(r.version() == "HTTP/1.1");
    CHECK(r.header_count() == 3);
    CHECK(r.header("host") == "example.com:80");
    CHECK(r.header("x-two") == "a b");
    CHECK(r.has_header("x-empty"));
    CHECK(r.body().empty());
    CHECK_FALSE(result.has_begun());
}

TEST_CASE("bodies by length and by chunks")
{
    CHECK(printed(parsed({"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"}).requests()) ==
          "POST / 1.1|Host=a|Content-Length=5|hello\n");
    CHECK(printed(parsed({"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"}).requests()) ==
          "POST / 1.1|Host=a|Content-Length=0|\n");
    CHECK(printed(parsed({chunked(
                             "5\r\nhello\r\n00A;x=\"y\";z\r\n, world...\r\n0\r\nHost: evil\r\nX: y\r\n\r\n")})
                      .requests()) == "POST / 1.1|Host=a|Transfer-Encoding=chunked|hello, world...\n");
    CHECK(printed(parsed({"POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi"}).requests()) ==
          "POST / 1.0|Content-Length=2|hi\n");
}

// What follows a message belongs to the next one and is left to the caller.
TEST_CASE("bytes behind a message are not consumed")
{
    request_parser parser;
    auto const first = "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"s;
    auto progress = parser.feed(first + "hi" + "GET /2 HTTP/1.1\r\n");
    CHECK(progress.state == parse_state::head_complete);
    CHECK(progress.consumed == first.size());
    progress = parser.feed("hiGET /2 HTTP/1.1\r\n");
    CHECK(progress.state == parse_state::complete);
    CHECK(progress.consumed == 2);
    progress = parser.feed("GET /2 HTTP/1.1\r\n");
    CHECK(progress.state == parse_state::complete);
    CHECK(progress.consumed == 0);
    CHECK(parser.take().body() == "hi");
    progress = parser.feed("GET /2 HTTP/1.1\r\n");
    CHECK(progress.state == parse_state::need_more);
    CHECK(progress.consumed == 17);
    CHECK(parser.has_begun());
}

TEST_CASE("empty lines before a request are skipped")
{
    CHECK(parsed({"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n"}).requests().size() == 1);
    CHECK(parsed({"\r", "\n\r\n\r", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"}).requests().size() == 1);
    CHECK_FALSE(parsed({"\r\n"}).has_begun());
    CHECK(parsed({"G"}).has_begun());
    std::string many;
    for (int i = 0; i != 100; ++i)
        many += "\r\n";
    CHECK(status_of(many, {.head = 64}) == 0);
    CHECK(status_of("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
}

TEST_CASE("expectations")
{
    auto const expecting = [](std::string const& version, std::string const& lines) {
        request_parser parser;
        auto const [consumed, state] =
            parser.feed("POST / HTTP/" + version + "\r\nHost: a\r\n" + lines + "\r\n");
        CHECK(state != parse_state::failed);
        return parser.expects_continue();
    };
    CHECK(expecting("1.1", "Expect: 100-Continue\r\nContent-Length: 5\r\n"));
    CHECK(expecting("1.1", "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n"));
    CHECK_FALSE(expecting("1.1", "Content-Length: 5\r\n"));
    CHECK_FALSE(expecting("1.1", "Expect: 100-continue\r\n"));
    CHECK_FALSE(expecting("1.0", "Expect: 100-continue\r\nContent-Length: 5\r\n"));
    CHECK_FALSE(expecting("1.0", "Expect: x\r\nContent-Length: 5\r\n"));
    CHECK(status_with("Expect: a miracle\r\n") == 417);
}

// A refusal does not wait for the end of the head, or a client that speaks TLS would wait for the deadline.
TEST_CASE("what cannot become a request is refused at once")
{
    CHECK(status_of("\x16\x03\x01") == 400);
    CHECK(status_of("GET / HTTP/1.1\n") == 400);
    CHECK(status_of("GET / HTTP/1.1\r\n H") == 400);
}

TEST_CASE("a parser that failed takes nothing until it is reset")
{
    request_parser parser;
    CHECK(parser.feed("G\n").state == parse_state::failed);
    auto const good = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"s;
    auto progress = parser.feed(good);
    CHECK(progress.state == parse_state::failed);
    CHECK(progress.consumed == 0);
    parser.reset();
    CHECK(parser.error().status == 0);
    CHECK(parser.feed(good).state == parse_state::complete);
    parser.reset();
    CHECK(parser.feed("POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 9\r\n\r\n").state ==
          parse_state::head_complete);
    parser.reset();
    CHECK(parser.feed("GET /half-a-h").state == parse_state::need_more);
    parser.reset();
    CHECK_FALSE(parser.has_begun());
    progress = parser.feed(good);
    CHECK(progress.consumed == good.size());
    CHECK(parser.take().header("Host") == "a");
}
