// SPDX-License-Identifier: BSL-1.0
// The streams of a principal, on whatever loop.
#include <tidings/hub/topic.hpp>
#include <tidings/wait/channel.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::context;
using tidings::event_stream;
using tidings::headers;
using tidings::request;
using tidings::response;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

// Waits before the head, as a handler does that opens a topic.
asio::awaitable<void> wait_to_open(tidings::channel<int> go, context ctx, request const&, event_stream& out)
{
    auto const went = co_await go.receive(ctx);
    if (!went)
        co_await out.reject(403, std::string(to_string(ctx.reason())));
}

/// Who asks stands in X-Name; whoever is banned gets 401. On two loops.
class house : public server_fixture
{
public:
    house() : server_fixture(two_loops())
    {
        routes().check([this](request& head, headers&) -> std::optional<response> {
            head.set_principal(std::string(head.header("X-Name")));
            return is_banned && head.principal() == "ada" ? std::optional(response::text("gone\n", 401))
                                                          : std::nullopt;
        });
        routes().get("/attached", std::bind_front(hand_over, news));
        routes().get("/stays", say_farewell);
        routes().get("/opening", std::bind_front(wait_to_open, go));
        routes().post("/late", stay_open);
        routes().get("/leaves", std::bind_front(&house::hand_over_and_end, this));
        start();
    }

    client enter(std::string_view path, std::string const& name)
    {
        auto entering = connect();
        entering.get(path, "X-Name: " + name + "\r\n");
        return entering;
    }

    tidings::topic news{{.name = "news", .send_position = false}};
    tidings::channel<int> go{1};
    std::atomic<bool> is_banned = false;

private:
    asio::awaitable<void> hand_over_and_end(context, request const& asked, event_stream& out)
    {
        news.attach(out);
        routes().end_streams(std::string(asked.principal()));
        co_return;
    }

    static tidings::server_options two_loops()
    {
        auto options = brisk();
        options.loops = 2;
        return options;
    }
};

bool is_attached(client& reading)
{
    return reading.read_head().status() == 200;
}

} // namespace

// Every stream of hers ends properly, wherever it is and whatever feeds it, and no other; her client may come
// back, and is told no.
TEST_CASE_METHOD(house, "all streams of a principal end")
{
    std::vector<client> hers;
    std::vector<client> his;
    for (int i = 0; i < 4; ++i) { // both loops have some of each
        hers.push_back(enter("/attached", "ada"));
        CHECK(is_attached(hers.back()));
        his.push_back(enter("/attached", "bob"));
        CHECK(is_attached(his.back()));
    }
    auto staying = enter("/stays", "ada");
    CHECK(is_attached(staying));
    CHECK(staying.next_event()->data() == "hello");
    auto opening = enter("/opening", "ada");
    auto late = connect();
    late.send("POST /late HTTP/1.1\r\nHost: a\r\nX-Name: ada\r\nContent-Length: 5\r\n"
              "Expect: 100-continue\r\n\r\n");
    CHECK(late.read_until("\r\n") == "HTTP/1.1 100 Continue\r\n");
    CHECK(wait_for_stats([](auto const& now) { return now.streams == 10; }));

    is_banned = true;
    routes().end_streams("ada");
    for (client& each : hers) {
        CHECK_FALSE(each.next_event());
        CHECK(each.is_body_complete());
    }
    CHECK(staying.next_event()->data() == "canceled");
    CHECK_FALSE(staying.next_event());
    CHECK(staying.is_body_complete());
    CHECK(opening.read_head().status() == 403);
    CHECK(opening.read_body() == "canceled");
    CHECK(late.read_until("503 ").ends_with("HTTP/1.1 503 "));
    CHECK(wait_for_stats([](auto const& now) { return now.streams == 4; }));

    news.publish({.data = "still here"});
    for (client& each : his)
        CHECK(each.next_event()->data() == "still here");
    hers.front().get("/attached", "X-Name: ada\r\n"); // on the connection that is left of her stream
    CHECK(hers.front().read_head().status() == 401);
    CHECK(hers.front().read_body() == "gone\n");
    CHECK(stats().clients_gone == 0);
}

// The same in the moment between the hand-over and the end of the handler, and from a handler.
TEST_CASE_METHOD(house, "a stream that is just being handed over ends with the others")
{
    for (int i = 0; i < 10; ++i) {
        auto leaving = enter("/leaves", "ada");
        CHECK(is_attached(leaving));
        CHECK_FALSE(leaving.next_event());
        CHECK(leaving.is_body_complete());
    }
    CHECK(wait_for_stats([](auto const& now) { return now.streams == 0; }));
    CHECK(news.subscribers() == 0);
}

// A connection that goes on behind a stream is nobody's until somebody asks again.
TEST_CASE_METHOD(house, "a name does not stay with a connection")
{
    auto reading = enter("/attached", "ada");
    CHECK(is_attached(reading));
    CHECK(wait_for_stats([](auto const& now) { return now.streams == 1; }));
    routes().end_streams("ada");
    CHECK_FALSE(reading.next_event());
    reading.get("/attached");
    CHECK(is_attached(reading));
    routes().end_streams("ada");
    routes().end_streams("nobody");
    news.publish({.data = "one"});
    CHECK(reading.next_event()->data() == "one");
    CHECK_THROWS_AS(routes().end_streams(""), std::invalid_argument);
}
