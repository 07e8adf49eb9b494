// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/detail/answer_body.hpp>
#include <tidings/testing/received_head.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <string>

using tidings::testing::received_head;
using tidings::testing::detail::answer_body;

namespace {

received_head head_with(std::string const& line)
{
    return received_head("HTTP/1.1 200 OK\r\n" + line + "\r\n");
}

} // namespace

// However the bytes are cut, the body is the same, and what lies behind it is left.
TEST_CASE("a body in chunks, cut anywhere")
{
    std::string const bytes = "5\r\nhello\r\nb;x=y\r\n wide world\r\n0\r\n\r\n";
    for (std::size_t at = 0; at <= bytes.size(); ++at) {
        answer_body chunked(head_with("Transfer-Encoding: chunked\r\n"));
        std::string body;
        CHECK(chunked.feed(bytes.substr(0, at), body) == at);
        CHECK(chunked.is_complete() == (at == bytes.size()));
        CHECK(chunked.feed(bytes.substr(at) + "HTTP/1.1", body) == bytes.size() - at);
        CHECK(chunked.is_complete());
        CHECK(body == "hello wide world");
    }
}

// Who takes so many bytes takes nothing behind them, not even the framing.
TEST_CASE("a body that is taken up to a bound")
{
    answer_body chunked(head_with("Transfer-Encoding: chunked\r\n"));
    std::string body;
    CHECK(chunked.feed("5\r\nhello\r\n0\r\n\r\n", body, 5) == 8);
    CHECK(body == "hello");
    CHECK(chunked.feed("\r\n0\r\n\r\n", body, 0) == 0);
    CHECK(chunked.feed("\r\n0\r\n\r\n", body) == 7);
    CHECK(chunked.is_complete());
}

TEST_CASE("bodies by their length, to the end, and none")
{
    std::string body;
    answer_body sized(head_with("Content-Length: 3\r\n"));
    CHECK(sized.feed("abcd", body) == 3);
    CHECK(sized.is_complete());
    answer_body to_end(head_with(""));
    CHECK(to_end.feed("de", body) == 2);
    CHECK_FALSE(to_end.is_complete());
    to_end.end_of_connection();
    CHECK(to_end.is_complete());
    answer_body cut(head_with("Content-Length: 3\r\n"));
    cut.end_of_connection();
    CHECK_FALSE(cut.is_complete());
    CHECK(answer_body(received_head("HTTP/1.1 204 No Content\r\n\r\n")).is_complete());
    CHECK(answer_body(head_with("Content-Length: 3\r\n"), true).is_complete());
    CHECK(body == "abcde");
}
