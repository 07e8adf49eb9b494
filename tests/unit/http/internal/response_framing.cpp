// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/internal/response_framing.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <limits>
#include <string>

using namespace std::chrono_literals;
using tidings::internal::plain_head;
using tidings::internal::stream_head;

namespace {

std::string chunk_header(std::size_t size)
{
    std::string text("#" + std::string(tidings::internal::chunk_header_size(size), '.'));
    tidings::internal::write_chunk_header(size, text.data() + text.size());
    REQUIRE(text.front() == '#');
    return text.substr(1);
}

} // namespace

TEST_CASE("the head of a plain response")
{
    tidings::headers fields;
    fields.add("Content-Type", "text/plain");
    CHECK(plain_head(200, fields, 5, {}) == "HTTP/1.1 200 OK\r\n"
                                            "Content-Type: text/plain\r\n"
                                            "Content-Length: 5\r\n"
                                            "\r\n");
    CHECK(plain_head(404, {}, 0, {.keep_alive = false, .date = "D"}) == "HTTP/1.1 404 Not Found\r\n"
                                                                        "Date: D\r\n"
                                                                        "Content-Length: 0\r\n"
                                                                        "Connection: close\r\n"
                                                                        "\r\n");
}

// HTTP/1.0 clients close unless told otherwise.
TEST_CASE("plain responses to HTTP/1.0")
{
    CHECK(plain_head(200, {}, 0, {.http_minor = 0, .keep_alive = true}) ==
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(plain_head(200, {}, 0, {.http_minor = 0, .keep_alive = false}) ==
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST_CASE("a status without a body has no length")
{
    CHECK(plain_head(204, {}, 0, {}) == "HTTP/1.1 204 No Content\r\n\r\n");
    CHECK(plain_head(304, {}, 0, {}) == "HTTP/1.1 304 Not Modified\r\n\r\n");
}

// Byte for byte, since proxies are configured by it.
TEST_CASE("the head of an event stream on HTTP/1.1")
{
    CHECK(stream_head(200, {}, {.date = "D"}) == "HTTP/1.1 200 OK\r\n"
                                                 "Date: D\r\n"
                                                 "Content-Type: text/event-stream\r\n"
                                                 "Cache-Control: no-cache, no-store, no-transform\r\n"
                                                 "X-Accel-Buffering: no\r\n"
                                                 "Incremental: ?1\r\n"
                                                 "Transfer-Encoding: chunked\r\n"
                                                 "Connection: keep-alive\r\n"
                                                 "\r\n");
    CHECK(stream_head(200, {}, {.keep_alive = false})
              .ends_with("Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"));
}

TEST_CASE("an event stream on HTTP/1.0 ends with its connection")
{
    for (bool const keep_alive : {false, true}) {
        auto const head = stream_head(200, {}, {.http_minor = 0, .keep_alive = keep_alive});
        CHECK(head.ends_with("Incremental: ?1\r\nConnection: close\r\n\r\n"));
        CHECK(head.find("Transfer-Encoding") == std::string::npos);
    }
}

TEST_CASE("an application's fields replace the defaults of an event stream")
{
    tidings::headers fields;
    fields.add("cache-control", "no-store");
    fields.add("Vary", "Origin");
    CHECK(stream_head(201, fields, {}) == "HTTP/1.1 201 Created\r\n"
                                          "Content-Type: text/event-stream\r\n"
                                          "X-Accel-Buffering: no\r\n"
                                          "Incremental: ?1\r\n"
                                          "cache-control: no-store\r\n"
                                          "Vary: Origin\r\n"
                                          "Transfer-Encoding: chunked\r\n"
                                          "Connection: keep-alive\r\n"
                                          "\r\n");
}

// A second Date would be one too many (RFC 9110, 6.6.1).
TEST_CASE("an application's Date takes the place of the server's")
{
    tidings::headers fields;
    fields.add("date", "theirs");
    CHECK(plain_head(204, fields, 0, {.date = "ours"}) == "HTTP/1.1 204 No Content\r\ndate: theirs\r\n\r\n");
    CHECK(stream_head(200, fields, {.date = "ours"}).find("ours") == std::string::npos);
}

TEST_CASE("status codes have their phrase")
{
    auto const line_of = [](int status) {
        auto const head = tidings::internal::plain_head(status, {}, 0, {});
        return head.substr(0, head.find("\r\n"));
    };
    CHECK(line_of(200) == "HTTP/1.1 200 OK");
    CHECK(line_of(431) == "HTTP/1.1 431 Request Header Fields Too Large");
    CHECK(line_of(505) == "HTTP/1.1 505 HTTP Version Not Supported");
    CHECK(line_of(299) == "HTTP/1.1 299 Unknown");
}

TEST_CASE("1xx, 204 and 304 have no body")
{
    for (auto const status : {100, 101, 204, 304})
        CHECK_FALSE(tidings::internal::status_allows_body(status));
    for (auto const status : {200, 205, 404, 500})
        CHECK(tidings::internal::status_allows_body(status));
}

// Lowercase hexadecimal without leading zeros, right at the sizes where a digit is added.
TEST_CASE("the line before a chunk")
{
    CHECK(chunk_header(1) == "1\r\n");
    CHECK(chunk_header(9) == "9\r\n");
    CHECK(chunk_header(15) == "f\r\n");
    CHECK(chunk_header(16) == "10\r\n");
    CHECK(chunk_header(26) == "1a\r\n");
    CHECK(chunk_header(0xFF) == "ff\r\n");
    CHECK(chunk_header(0x100) == "100\r\n");
    CHECK(chunk_header(0xABCDEF) == "abcdef\r\n");
    CHECK(chunk_header(std::numeric_limits<std::uint32_t>::max()) == "ffffffff\r\n");
    CHECK(chunk_header(std::size_t{1} << 63) == "8000000000000000\r\n");
}
