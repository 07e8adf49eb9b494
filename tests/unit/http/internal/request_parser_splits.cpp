// SPDX-License-Identifier: BSL-1.0
#include "parsed_requests.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <string>
#include <string_view>

using namespace std::string_literals;
using namespace tidings::test;

// However the network cuts a connection's bytes, the same requests come out.
TEST_CASE("every cut at two bytes gives the same requests")
{
    auto const corpus = "\r\nGET /a?b HTTP/1.1\r\nHost: x\r\nA:\r\nB: \t b \r\n\r\n"s +
                        "POST /b HTTP/1.1\r\nhost: x\r\nContent-Length: 6\r\n\r\nab\r\n\r\n" +
                        "\r\nPOST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
                        "4;q=\"1\"\r\n\r\n\r\n\r\n1\r\nx\r\n00;z\r\nT: 1\r\nU: 2\r\n\r\n" +
                        "GET /d HTTP/1.0\r\n\r\n";
    std::string_view const all = corpus;
    auto const expected = printed(parsed({all}).requests());
    REQUIRE(expected == "GET /a?b 1.1|Host=x|A=|B=b|\n"
                        "POST /b 1.1|host=x|Content-Length=6|ab\r\n\r\n\n"
                        "POST /c 1.1|Host=x|Transfer-Encoding=chunked|\r\n\r\nx\n"
                        "GET /d 1.0|\n");
    for (std::size_t first = 0; first <= all.size(); ++first)
        for (std::size_t second = first; second <= all.size(); ++second)
            REQUIRE(
                printed(parsed({all.substr(0, first), all.substr(first, second - first), all.substr(second)})
                            .requests()) == expected);
}

// A refusal must not depend on the cut either.
TEST_CASE("refusals are the same byte by byte")
{
    for (auto const& bad :
         {"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n"s, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"s,
          "GET / HTTP/1.1\r\n\r\n"s, chunked("1;a=\"\n\"\r\nx\r\n"), chunked("1\r\nxy\r\n0\r\n"),
          chunked("0\r\nX: y\r\n z\r\n\r\n"), chunked("0\r\nX:\r\n y\r\n\r\n"),
          "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"s}) {
        CAPTURE(bad);
        parsed in_bytes;
        in_bytes.feed_byte_by_byte(bad);
        CHECK(in_bytes.requests().empty());
        CHECK(in_bytes.status() != 0);
        CHECK(in_bytes.status() == status_of(bad));
    }
}
