// SPDX-License-Identifier: BSL-1.0
// Streams in gzip, in zstd and as they are, side by side.
#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/stream/compression/compression.hpp>

#include "one_route.hpp"
#include "support/decoded.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace tidings;
using namespace tidings::test;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

struct coding
{
    std::string_view name; // empty: none
    decoded (*decode)(std::string_view);
};

decoded as_it_is(std::string_view bytes)
{
    return {std::string(bytes), true};
}

std::vector<coding> codings()
{
    std::vector<coding> all{{"", as_it_is}, {"gzip", decode_gzip}};
#ifdef TIDINGS_HAS_ZSTD
    all.push_back({"zstd", decode_zstd});
#endif
    return all;
}

std::string accepting(coding const& wanted)
{
    return wanted.name.empty() ? "" : "Accept-Encoding: " + std::string(wanted.name) + "\r\n";
}

/// Reads the chunks of a body as they come, each of which leaves for itself.
class reading
{
public:
    reading(server_fixture const& server, coding how, std::string const& lines = {})
        : from_(ask_as(server, how, lines)), how_(how)
    {}

    // The text so far without the pause that it begins with, once it contains that.
    std::string until(std::string_view mark)
    {
        for (;;) {
            std::string const text = decode().text;
            if (text.find(mark) != std::string::npos || !read_chunk())
                return text;
        }
    }
    decoded to_end()
    {
        while (read_chunk()) {
        }
        return decode();
    }
    client& connection() noexcept { return from_; }

private:
    static client ask_as(server_fixture const& server, coding const& how, std::string const& lines)
    {
        auto asking = server.connect();
        asking.get("/", accepting(how) + lines);
        auto const head = asking.read_head();
        CHECK(head.status() == 200);
        CHECK(head.header("Vary") == "Accept-Encoding");
        CHECK(head.header("Content-Encoding") == how.name);
        return asking;
    }
    decoded decode() const
    {
        decoded so_far = how_.decode(bytes_);
        if (so_far.text.starts_with("retry: "))
            so_far.text.erase(0, so_far.text.find("\n\n") + 2);
        return so_far;
    }
    bool read_chunk()
    {
        std::string const line = from_.read_until("\r\n");
        std::size_t const size = std::stoul(line, nullptr, 16);
        std::string chunk;
        while (chunk.size() < size + 2)
            chunk += from_.read_until("\n");
        bytes_ += chunk.substr(0, size);
        return size != 0;
    }

    client from_;
    coding how_;
    std::string bytes_;
};

topic_options compressed()
{
    return {.name = "news", .send_position = false, .compression = compression()};
}

asio::awaitable<void> hand_over(topic& news, context, request const&, event_stream& out)
{
    news.attach(out, from_oldest());
    co_return;
}

asio::awaitable<void> hand_over_both(topic const& one, topic const& two, context, request const&,
                                     event_stream& out)
{
    topic_list both;
    both.add(one, from_oldest()).add(two, from_oldest());
    both.attach(out);
    co_return;
}

asio::awaitable<void> say_three(context, request const&, event_stream& out)
{
    std::string const text(500, 'x');
    co_await out.send({.id = "1", .data = text});
    co_await out.comment("between");
    co_await out.finish({.id = "2", .data = "last"});
}

/// One route that is compressed by what it says itself.
class compressed_route : public server_fixture
{
public:
    explicit compressed_route(handler answer)
    {
        routes().get("/", std::move(answer), {.compression = compression()});
        start();
    }
};

} // namespace

// Clients of all codings, who come at different times, get each event of a topic at once, and all of them the
// same text; the end is one that decoders find right.
TEST_CASE("a topic is followed in three codings side by side")
{
    topic news(compressed());
    news.publish({.id = "a", .data = "before"});
    one_route const server(std::bind_front(hand_over, std::ref(news)));
    std::vector<reading> clients;
    for (coding const& each : codings())
        clients.emplace_back(server, each);
    std::string expected = "id: a\ndata: before\n\n";
    for (reading& each : clients)
        CHECK(each.until("before\n\n") == expected);
    for (std::string_view const text : {"first", "second", "third"}) {
        news.publish({.id = text, .data = text});
        expected += "id: " + std::string(text) + "\ndata: " + std::string(text) + "\n\n";
        for (reading& each : clients)
            CHECK(each.until(std::string(text) + "\n\n") == expected);
    }
    reading late(server, codings().back());
    CHECK(late.until("third\n\n") == expected);
    news.close();
    for (reading& each : clients) {
        auto const all = each.to_end();
        CHECK(all.text.starts_with(expected));
        CHECK(all.text.ends_with(";finished\n\n"));
        CHECK(all.is_whole);
    }
}

// Streams of several loops share what is compressed, while the history lets older events go.
TEST_CASE("a compressed topic is followed on two loops")
{
    topic_options options = compressed();
    options.max_events = 4;
    topic news(options);
    auto two_loops = server_fixture::brisk();
    two_loops.loops = 2;
    one_route const server(std::bind_front(hand_over, std::ref(news)), two_loops);
    std::vector<reading> clients;
    for (int i = 0; i < 4; ++i)
        for (coding const& each : codings())
            clients.emplace_back(server, each);
    std::string expected;
    for (int i = 0; i < 30; ++i) {
        std::string const id = std::to_string(i);
        std::string const data = std::string(200, 'x') + id;
        news.publish({.id = id, .data = data});
        expected.append("id: ").append(id).append("\ndata: ").append(data).append("\n\n");
        if (i % 3 == 2) // all have it before the history is full again
            for (reading& each : clients)
                CHECK(each.until(data + "\n\n") == expected);
    }
}

// What was missed comes in the coding of the new stream, whatever the first one had.
TEST_CASE("a client resumes in another coding")
{
    topic news(compressed());
    one_route const server(std::bind_front(hand_over, std::ref(news)));
    news.publish({.id = "a", .data = "one"});
    {
        reading first(server, codings().front());
        CHECK(first.until("one\n\n") == "id: a\ndata: one\n\n");
    }
    news.publish({.id = "b", .data = "two"});
    reading second(server, codings().back(), "Last-Event-ID: a\r\n");
    CHECK(second.until("two\n\n") == "id: b\ndata: two\n\n");
    reading lost(server, codings().back(), "Last-Event-ID: unknown\r\n");
    CHECK(lost.until("\n\n").starts_with("event: tidings-reset\n"));
}

// Events, comments and the last event of a handler, in a stream whose route is compressed. What follows on
// the connection is not.
TEST_CASE("what a handler sends is compressed on its route")
{
    compressed_route const server(say_three);
    for (coding const& each : codings()) {
        reading from(server, each);
        auto const all = from.to_end();
        CHECK(all.text ==
              "id: 1\ndata: " + std::string(500, 'x') + "\n\n: between\n\nid: 2;finished\ndata: last\n\n");
        CHECK(all.is_whole);
        from.connection().get("/nowhere", accepting(each));
        auto const head = from.connection().read_head();
        CHECK(head.status() == 404);
        CHECK(head.header("Content-Encoding").empty());
        CHECK(from.connection().read_body() == "not found\n");
    }
}

// A cut stream has no end: its decoder must not take it for a whole one.
TEST_CASE("a compressed stream that is cut has no end")
{
    compressed_route const server([](context, request const&, event_stream& out) -> asio::awaitable<void> {
        co_await out.send({.data = "x"});
        throw std::runtime_error("failed");
    });
    auto asking = server.connect();
    asking.get("/", "Accept-Encoding: gzip\r\n");
    CHECK(asking.read_head().header("Content-Encoding") == "gzip");
    std::string const all = asking.read_to_end();
    std::string bytes = all.substr(3, 10);
    CHECK(all.starts_with("a\r\n"));
    CHECK_FALSE(all.ends_with("0\r\n\r\n"));
    CHECK_FALSE(decode_gzip(bytes).is_whole);
}

// The head of HEAD is that of GET, and behind it there is nothing.
TEST_CASE("HEAD names the coding, and has no body")
{
    compressed_route const server(say_three);
    auto asking = server.connect();
    asking.send("HEAD / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n");
    auto const head = asking.read_head();
    CHECK(head.header("Content-Encoding") == "gzip");
    CHECK(head.header("Vary") == "Accept-Encoding");
    CHECK(asking.read_to_end().empty());
}

// HTTP/1.0 has no chunks: the bytes are the coding's alone.
TEST_CASE("a stream over HTTP/1.0 is compressed without chunks")
{
    compressed_route const server(say_three);
    auto asking = server.connect();
    asking.send("GET / HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n");
    CHECK(asking.read_head().header("Content-Encoding") == "gzip");
    auto const all = decode_gzip(asking.read_to_end());
    CHECK(all.text.ends_with("data: last\n\n"));
    CHECK(all.is_whole);
}

// Nobody else is concerned: without the option there is neither a coding nor a Vary, plain answers are as
// they are, and what a handler has coded itself is not coded again.
TEST_CASE("what has not opted in is not compressed")
{
    topic news({.name = "news", .send_position = false});
    server_fixture server;
    server.routes().get("/topic", std::bind_front(hand_over, std::ref(news)));
    server.routes().get("/own",
                        [](context, request const&, event_stream& out) -> asio::awaitable<void> {
                            out.set_header("Content-Encoding", "x-own");
                            co_await out.send({.data = "x"});
                        },
                        {.compression = compression()});
    server.routes().get("/plain",
                        [](context, request const&) -> asio::awaitable<response> {
                            co_return response::text(std::string(1'000, 'x'));
                        },
                        {.compression = compression()});
    server.start();
    for (auto const& [target, coding] : {std::pair{"/topic", ""}, {"/own", "x-own"}, {"/plain", ""}}) {
        auto asking = server.connect();
        asking.get(target, "Accept-Encoding: gzip, zstd\r\n");
        auto const head = asking.read_head();
        CHECK(head.header("Content-Encoding") == coding);
        CHECK(head.header("Vary").empty() == (std::string_view(target) != "/own"));
    }
}

// One topic that has not opted in keeps the stream as it is, wherever it stands in the list; with all of them
// in, ids of several topics are compressed for the stream.
TEST_CASE("a stream of several topics is compressed if all of them are")
{
    topic_registry all;
    all.add("in/{name}", {.send_position = false, .compression = compression()});
    all.add("out/{name}", {.send_position = false});
    topic const first = *all.get("in/1");
    topic const second = *all.get("in/2");
    topic const other = *all.get("out/1");
    server_fixture server;
    server.routes().get("/", std::bind_front(hand_over_both, first, second));
    server.routes().get("/mixed", std::bind_front(hand_over_both, first, other));
    server.start();
    reading both(server, codings().back());
    first.publish({.data = "one"});
    second.publish({.id = "own", .data = "two"});
    std::string const text = both.until("two\n\n");
    CHECK(text.find("data: one\n\n") != std::string::npos);
    CHECK(text.find("id: own") == std::string::npos);
    CHECK(ask(server, "/mixed", "Accept-Encoding: gzip\r\n").next_event()->data() == "one");
}
