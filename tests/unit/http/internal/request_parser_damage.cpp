// SPDX-License-Identifier: BSL-1.0
#include "parsed_requests.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <random>
#include <string>

namespace {

using random_engine = std::mt19937;

std::size_t below(random_engine& random, std::size_t end)
{
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
}

/// Requests in which bytes were changed, doubled, dropped or put in between.
std::string damaged_requests(random_engine& random)
{
    static std::array<std::string, 6> const whole{
        "GET /a?b=c HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;a=\"b\"\r\nx\r\n00\r\nT: "
        "1\r\n\r\n",
        "GET http://y/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    };
    static std::array<std::string, 18> const pieces{"\r",
                                                    "\n",
                                                    "\r\n",
                                                    " ",
                                                    "\t",
                                                    ":",
                                                    ",",
                                                    "\"",
                                                    ";",
                                                    "0",
                                                    "f",
                                                    "%",
                                                    "\x80",
                                                    "\r\n\r\n",
                                                    "Content-Length: 1\r\n",
                                                    "Transfer-Encoding: chunked\r\n",
                                                    "chunked",
                                                    std::string(1, '\0')};

    std::string text;
    for (auto n = 1 + below(random, 3); n != 0; --n)
        text += whole[below(random, whole.size())];
    for (auto n = below(random, 4); n != 0; --n) {
        auto const at = below(random, text.size());
        if (below(random, 2) == 0)
            text.erase(at, 1 + below(random, 2));
        if (below(random, 3) != 0)
            text.insert(std::min(at, text.size()), pieces[below(random, pieces.size())]);
    }
    return text;
}

/// What a server would see: each request, then the status of a refusal. Pieces have at most `most` bytes.
std::string seen(std::string_view text, std::size_t most, random_engine& random)
{
    tidings::test::parsed result({}, {.head = 200, .body = 20, .header_count = 6});
    while (!text.empty()) {
        auto const piece = text.substr(0, 1 + below(random, most));
        text.remove_prefix(piece.size());
        result.feed(piece);
    }
    auto const requests = tidings::test::printed(result.requests());
    if (result.status() != 0)
        return requests + std::to_string(result.status());
    return requests + (result.has_begun() ? "..." : "");
}

} // namespace

// Damage may make a request invalid, or another one; it must never mean one thing whole and another in
// pieces.
TEST_CASE("damaged requests mean the same however they are cut")
{
    random_engine random(1994);
    for (int round = 0; round != 5000; ++round) {
        auto const text = damaged_requests(random);
        CAPTURE(text);
        auto const whole = seen(text, text.size() * 1000, random);
        REQUIRE(seen(text, 1, random) == whole);
        REQUIRE(seen(text, 20, random) == whole);
    }
}
