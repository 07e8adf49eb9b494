// SPDX-License-Identifier: BSL-1.0
#include <tidings/sse/event_parser.hpp>

#include "reference_parser.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace std::string_literals;
using tidings::event_parser;
using tidings::received_event;
using events = std::vector<received_event>;

namespace {

events parse(event_parser& parser, std::string_view bytes)
{
    events found;
    while (auto event = parser.next(bytes))
        found.push_back(*event);
    REQUIRE(bytes.empty());
    return found;
}

events parse(std::string_view bytes)
{
    event_parser parser;
    return parse(parser, bytes);
}

events message(std::string data)
{
    return {received_event("", "message", std::move(data))};
}

} // namespace

// The examples of WHATWG HTML, 9.2.6.
TEST_CASE("the standard's examples")
{
    CHECK(parse("data: YHOO\ndata: +2\ndata: 10\n\n") == message("YHOO\n+2\n10"));
    CHECK(
        parse(
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n") ==
        events{{"1", "message", "first event"},
               {"", "message", "second event"},
               {"", "message", " third event"}});
    CHECK(parse("data\n\ndata\ndata\n\ndata:") == events{{"", "message", ""}, {"", "message", "\n"}});
    CHECK(parse("data:test\n\ndata: test\n\n") == events{{"", "message", "test"}, {"", "message", "test"}});
    CHECK(parse("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n") ==
          events{{"", "add", "73857293"}, {"", "remove", "2153"}});
}

TEST_CASE("lines end with LF, CR or CRLF, mixed")
{
    CHECK(parse("data: a\r\rdata: b\r\n\r\ndata: c\n\n") ==
          events{{"", "message", "a"}, {"", "message", "b"}, {"", "message", "c"}});
    CHECK(parse("data: a\rdata: b\r\ndata: c\n\r\n") == message("a\nb\nc"));
}

// A CR may be the last byte for a long time: the event is due then, and an LF that follows is no blank line.
TEST_CASE("an event that ends with CR does not wait for an LF")
{
    event_parser parser;
    CHECK(parse(parser, "data: a\r\r") == message("a"));
    CHECK(parse(parser, "\ndata: b\r").empty());
    CHECK(parse(parser, "\n").empty());
    CHECK(parse(parser, "\n") == message("b"));
}

TEST_CASE("one byte order mark is dropped, at the start of the stream only")
{
    CHECK(parse("\uFEFFdata: a\n\n") == message("a"));
    CHECK(parse("\uFEFF\uFEFFdata: a\n\n").empty());
    CHECK(parse("data: a\n\uFEFFdata: b\n\n") == message("a"));
}

TEST_CASE("without a data line nothing is dispatched, and the type is forgotten")
{
    CHECK(parse("event: a\n\ndata: b\n\n") == message("b"));
    CHECK(parse("event: a\nevent: b\ndata: c\n\n") == events{{"", "b", "c"}});
    CHECK(parse("event: a\nevent:\ndata: c\n\n") == message("c"));
}

TEST_CASE("field names are exact and unknown fields are ignored")
{
    CHECK(parse("Data: a\ndata : b\n data: c\ndatax: d\nx: y\ndata: e\n\n") == message("e"));
}

TEST_CASE("only one space after the colon is dropped")
{
    CHECK(parse("data:  a\n\n") == message(" a"));
    CHECK(parse("data:\ta\n\n") == message("\ta"));
    CHECK(parse("data: a:b: c\n\n") == message("a:b: c"));
}

// The id lasts until another one comes; it counts as last event id from the next blank line on.
TEST_CASE("the last event id persists")
{
    event_parser parser;
    CHECK(parse(parser, "id: 1\ndata: a\n\ndata: b\n\n") ==
          events{{"1", "message", "a"}, {"1", "message", "b"}});
    CHECK(parse(parser, "id: 2\n").empty());
    CHECK(parser.last_event_id() == "1");
    CHECK(parse(parser, "\n").empty());
    CHECK(parser.last_event_id() == "2");
    CHECK(parse(parser, "id\ndata: c\n\n") == message("c"));
    CHECK(parser.last_event_id().empty());
}

TEST_CASE("an id with NUL is ignored, other fields keep theirs")
{
    CHECK(parse("id: 1\nid: 2\0\ndata: a\0b\nevent: c\0\n\n"s) == events{{"1", "c\0"s, "a\0b"s}});
}

TEST_CASE("retry takes digits only")
{
    event_parser parser;
    CHECK_FALSE(parser.retry());
    parse(parser, "retry: 1500\n");
    CHECK(parser.retry() == 1500ms);
    parse(parser, "retry: 10 \nretry: -3\nretry: +3\nretry: 3s\nretry: 0x3\nretry:\nretry\nretry: 1e3\n"
                  "retry: 99999999999999999999\n");
    CHECK(parser.retry() == 1500ms);
    parse(parser, "retry:0\n");
    CHECK(parser.retry() == 0ms);
}

TEST_CASE("comments are no events, and can be watched")
{
    event_parser parser;
    std::vector<std::string> comments;
    parser.on_comment([&](std::string_view text) { comments.emplace_back(text); });
    CHECK(parse(parser, ": ping\n\n:\n:data: x\n::\ndata: a\n: b\n\n") == message("a"));
    CHECK(comments == std::vector<std::string>{"ping", "", "data: x", ":", "b"});
}

TEST_CASE("bytes that are not UTF-8 become U+FFFD")
{
    CHECK(parse("id: \xFF\nevent: \xC3\ndata: \xE2\x82\n\n") == events{{"\uFFFD", "\uFFFD", "\uFFFD"}});
}

TEST_CASE("an unfinished event at the end of the stream is dropped")
{
    event_parser parser;
    CHECK(parse(parser, "id: 1\ndata: a\n\nid: 2\nevent: lost\ndata: lost\nda").size() == 1);
    parser.restart();
    CHECK(parser.last_event_id() == "1");
    CHECK(parse(parser, "\uFEFFdata: b\n\n") == events{{"1", "message", "b"}});
}

// The limit counts what is held, so an endless line, an endless event and nothing else meet it.
TEST_CASE("one event may not grow without end")
{
    auto const endless_line = [](std::string_view start) {
        event_parser parser(100);
        CHECK(parse(parser, start).empty());
        for (int i = 0; i != 10; ++i)
            CHECK(parse(parser, "0123456789").empty());
        CHECK(parser.is_over_limit());
        CHECK(parse(parser, "\n\ndata: a\n\n").empty());
        parser.restart();
        CHECK_FALSE(parser.is_over_limit());
        CHECK(parse(parser, "data: a\n\n") == message("a"));
    };
    endless_line("data: ");
    endless_line("x");
    endless_line(":");

    event_parser parser(100);
    for (int i = 0; i != 100; ++i)
        CHECK(parse(parser, "data: 0123456789\n").empty());
    CHECK(parser.is_over_limit());

    event_parser patient(100);
    for (int i = 0; i != 1000; ++i) {
        CHECK(parse(patient, ": a keep-alive without a blank line\nevent: again\n").empty());
        CHECK(parse(patient, "data: 0123456789\n\n").size() == 1);
    }
    CHECK_FALSE(patient.is_over_limit());
}

// However the network cuts a stream, the same events come out.
TEST_CASE("every cut at two bytes gives the same events")
{
    auto const corpus =
        "\uFEFFid: 1\nevent: a\ndata: x\r\ndata: \u20AC\r\n\r\n: c\rdata\r\rid\ndata:y\n\nretry: 5\n"
        "data: \nlost"s;
    auto const expected = parse_whole_stream(corpus);
    REQUIRE(expected.size() == 3);
    std::string_view const all = corpus;
    for (std::size_t first = 0; first <= all.size(); ++first) {
        for (std::size_t second = first; second <= all.size(); ++second) {
            event_parser parser;
            events found;
            for (auto const piece :
                 std::array{all.substr(0, first), all.substr(first, second - first), all.substr(second)})
                for (auto& event : parse(parser, piece))
                    found.push_back(std::move(event));
            REQUIRE(found == expected);
        }
    }
}
