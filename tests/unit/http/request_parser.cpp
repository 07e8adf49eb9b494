// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/request_parser.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <string>
#include <vector>

using namespace std::string_literals;
using tidings::parse_state;
using tidings::parser_limits;
using tidings::request;
using tidings::request_parser;

namespace {

/// Feeds all of the pieces; gives the requests that were complete and the status of a refusal, or 0.
class parsed
{
public:
    explicit parsed(std::initializer_list<std::string_view> pieces, parser_limits const& limits = {})
        : parser_(limits)
    {
        for (auto piece : pieces)
            feed(piece);
    }

    std::vector<request> const& requests() const { return requests_; }
    int status() const { return parser_.error().status; }
    std::string_view reason() const { return parser_.error().reason; }
    bool has_begun() const { return parser_.has_begun(); }

private:
    void feed(std::string_view piece)
    {
        while (!piece.empty()) {
            auto const [consumed, state] = parser_.feed(piece);
            REQUIRE(consumed <= piece.size());
            piece.remove_prefix(consumed);
            if (state == parse_state::failed)
                return;
            if (state == parse_state::complete)
                requests_.push_back(parser_.take());
            else
                REQUIRE((piece.empty() || state == parse_state::head_complete));
        }
    }

    request_parser parser_;
    std::vector<request> requests_;
};

int status_of(std::string_view text, parser_limits const& limits = {})
{
    parsed const result({text}, limits);
    CHECK(result.reason().empty() == (result.status() == 0));
    return result.status();
}

/// The status for a 1.1 request with a Host and these further lines.
int status_with(std::string const& lines)
{
    return status_of("POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n");
}

/// A 1.1 request in the chunked coding with this body.
std::string chunked(std::string const& body)
{
    return "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
}

/// Everything about requests that a handler could see.
std::string printed(std::vector<request> const& requests)
{
    std::string text;
    for (auto const& r : requests) {
        text.append(r.method())
            .append(" ")
            .append(r.target())
            .append(" ")
            .append(r.http_minor() == 1 ? "1.1" : "1.0");
        for (std::size_t i = 0; i != r.header_count(); ++i)
            text.append("|").append(r.header_at(i).first).append("=").append(r.header_at(i).second);
        text.append("|").append(r.body()).append("\n");
    }
    return text;
}

} // namespace

TEST_CASE("a request without a body")
{
    parsed const result(
        {"GET /a?b=c HTTP/1.1\r\nHost: example.com:80\r\nX-Two:  a b \t\r\nX-Empty:\r\n\r\n"});
    REQUIRE(result.requests().size() == 1);
    auto const& r = result.requests()[0];
    CHECK(r.method() == "GET");
    CHECK(r.path() == "/a");
    CHECK(r.query("b") == "c");
    CHECK(r.http_minor() == 1);
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

TEST_CASE("targets")
{
    CHECK(parsed({"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"}).requests().at(0).path() == "*");
    for (auto const* target :
         {"*", "a", "/%", "/%zz", "/a#b", "/\xC3\xA4", "ftp://a/", "http://u@a/", "a:80"})
        CHECK(status_of("GET "s + target + " HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(status_of("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n") == 501);
}

// The target says who is meant; a Host that differs must not be believed (RFC 9112, 3.2.2).
TEST_CASE("an absolute target replaces the value of Host")
{
    parsed const result({"GET http://b:81/x HTTP/1.1\r\nHost: a\r\n\r\n"});
    CHECK(result.requests().at(0).header("Host") == "b:81");
    CHECK(result.requests().at(0).path() == "/x");
}

TEST_CASE("malformed request lines")
{
    for (auto const* line :
         {"GET  / HTTP/1.1", " GET / HTTP/1.1", "GET / HTTP/1.1 ", "GET /  HTTP/1.1", "GET\t/ HTTP/1.1",
          "GET /", "GET", "G{T / HTTP/1.1", "GET / http/1.1", "GET / HTTP/1", "GET / HTTP/11",
          "GET / HTTP/1.10", "GET / HTTQ/1.1", "GET / HTTP/x.1", "GET / a HTTP/1.1"})
        CHECK(status_of(line + "\r\nHost: a\r\n\r\n"s) == 400);
}

TEST_CASE("versions other than 1.0 and 1.1 are not supported")
{
    for (auto const* version : {"0.9", "1.2", "2.0", "3.0", "9.9"})
        CHECK(status_of("GET / HTTP/"s + version + "\r\nHost: a\r\n\r\n") == 505);
    CHECK(status_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505);
}

TEST_CASE("Host is there exactly once on HTTP/1.1")
{
    CHECK(status_of("GET / HTTP/1.1\r\n\r\n") == 400);
    CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n") == 400);
    CHECK(status_of("GET / HTTP/1.1\r\nHost:\r\n\r\n") == 0);
    CHECK(status_of("GET / HTTP/1.0\r\n\r\n") == 0);
    CHECK(status_of("GET / HTTP/1.0\r\nHost: a\r\n\r\n") == 0);
    CHECK(status_of("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n") == 400);
    for (auto const* host : {"a b", "a/b", "u@a", "a, b", "a:b", "[::1"})
        CHECK(status_of("GET / HTTP/1.1\r\nHost: "s + host + "\r\n\r\n") == 400);
}

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

TEST_CASE("transfer codings other than chunked are not supported")
{
    for (auto const* coding : {"gzip", "gzip, chunked", "identity", "xchunked", "\"chunked\""})
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
        request_parser parser;
        auto state = parse_state::need_more;
        for (auto at = bad.begin(); at != bad.end() && state != parse_state::failed; ++at) {
            state = parser.feed({&*at, 1}).state;
            REQUIRE(state != parse_state::complete);
        }
        CHECK(state == parse_state::failed);
        CHECK(parser.error().status == status_of(bad));
    }
}
