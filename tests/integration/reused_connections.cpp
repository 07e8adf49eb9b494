// SPDX-License-Identifier: BSL-1.0
// A connection whose stream has had its proper end carries the next request, as its head has announced.
#include <tidings/hub/topic.hpp>
#include <tidings/wait/after.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::context;
using tidings::event_stream;
using tidings::request;
using tidings::server_stats;
using tidings::topic;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

asio::awaitable<void> finish_at_once(context, request const&, event_stream& out)
{
    co_await out.finish({.id = "1", .data = "last"});
}

asio::awaitable<void> throw_behind_one(context, request const&, event_stream& out)
{
    co_await out.send({.data = "one"});
    throw std::runtime_error("broken");
}

class served_streams
{
public:
    served_streams()
    {
        fixture.routes().get("/returns", send_one);
        fixture.routes().get("/finishes", finish_at_once);
        fixture.routes().get("/attached", std::bind_front(hand_over, std::ref(news)));
        fixture.routes().get("/throws", throw_behind_one);
        fixture.routes().get("/open", say_farewell);
        fixture.routes().get("/plain", answer_plainly);
        fixture.start();
    }

    topic news{{.send_position = false}};
    server_fixture fixture;
};

// The rest of the events, up to the last chunk.
void read_stream(client& reading)
{
    while (reading.next_event()) {
    }
    CHECK(reading.is_body_complete());
}

} // namespace

// However a stream ends properly, by its handler, for good, or by its topic, the connection goes on.
TEST_CASE("a connection goes on behind a stream")
{
    served_streams served;
    auto reading = served.fixture.connect();
    for (auto const* const target :
         {"/returns", "/finishes", "/attached", "/returns", "/attached", "/plain"}) {
        reading.get(target);
        auto const head = reading.read_head();
        CHECK(head.status() == 200);
        if (std::string(target) == "/plain") {
            CHECK(reading.read_body() == "plain");
            continue;
        }
        CHECK(head.header("Connection") == "keep-alive");
        if (std::string(target) == "/attached") {
            REQUIRE(served.fixture.wait_for_stats([](server_stats const& now) { return now.handlers == 0; }));
            CHECK(served.news.publish({.data = "news"}).receivers == 1);
            CHECK(served.news.disconnect() == 1);
        }
        read_stream(reading);
    }
    CHECK(served.fixture.stats().accepted == 1);
    CHECK(served.fixture.stats().requests == 6);
    CHECK(served.fixture.wait_for_stats([](server_stats const& now) { return now.streams == 0; }));
    reading.close();
    CHECK(served.fixture.wait_for_stats(nothing_is_left));
}

// Where it cannot go on it ends: the client asked for that, or cannot see another end of the body.
TEST_CASE("a connection that ends with its stream")
{
    served_streams served;
    for (auto const* const bytes : {"GET /returns HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                                    "GET /returns HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"}) {
        auto reading = served.fixture.connect();
        reading.send(bytes);
        CHECK(reading.read_head().header("Connection") == "close");
        CHECK(reading.wait_for_end() == client::ending::closed);
    }
    CHECK(served.fixture.wait_for_stats(nothing_is_left));
}

// Input that came while the stream was open was thrown away, so where a next request begins is not known; and
// a stream that is cut has no end behind which anything could follow.
TEST_CASE("a connection that cannot go on behind its stream")
{
    served_streams served;
    auto talking = served.fixture.connect();
    talking.get("/attached");
    CHECK(talking.read_head().status() == 200);
    talking.get("/plain");
    served.fixture.connect().get("/plain"); // which the server reads behind it
    REQUIRE(served.fixture.wait_for_stats([](server_stats const& now) { return now.requests == 2; }));
    CHECK(served.news.disconnect() == 1);
    CHECK_FALSE(talking.next_event());
    CHECK(talking.is_body_complete());
    CHECK(talking.wait_for_end() == client::ending::closed);
    auto cut = served.fixture.connect();
    cut.get("/throws");
    CHECK(cut.read_head().status() == 200);
    CHECK(cut.next_event()->data() == "one");
    CHECK_FALSE(cut.next_event());
    CHECK_FALSE(cut.is_body_complete());
    CHECK(cut.wait_for_end() == client::ending::closed);
}

// A request behind the end of the stream is answered, one that begins before the drain too; the drain itself
// ends the connection.
TEST_CASE("a drain ends connections behind their streams")
{
    served_streams served;
    auto reading = served.fixture.connect();
    reading.get("/open");
    CHECK(reading.read_head().header("Connection") == "keep-alive");
    CHECK(reading.next_event()->data() == "hello");
    served.fixture.stop();
    read_stream(reading);
    CHECK(reading.wait_for_end() == client::ending::closed);
}
