// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>
#include <tidings/wait/after.hpp>
#include <tidings/wait/channel.hpp>

#include "handlers.hpp"
#include "many_streams.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <latch>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

void drain_by_call(std::size_t count, tidings::duration drain)
{
    allow_descriptors(2 * count + 200);
    auto options = server_fixture::brisk();
    options.loops = 2;
    options.drain_timeout = drain;
    server_fixture fixture(options);
    fixture.routes().get("/", say_farewell);
    fixture.start();
    auto clients = open_streams(fixture.port(), count);
    auto const begin = std::chrono::steady_clock::now();
    fixture.stop();
    CHECK(std::chrono::steady_clock::now() - begin < drain);
    require_ends(clients);
    CHECK(fixture.stats().connections == 0);
    CHECK(fixture.stats().handlers == 0);
}

// Stays until it is stopped, or one like it was.
asio::awaitable<void> hand_over_and_pass_on(tidings::topic& news, tidings::channel<int> others,
                                            tidings::context ctx, tidings::request const&,
                                            tidings::event_stream& out)
{
    news.attach(out);
    auto const told = co_await others.receive(ctx);
    if (!told)
        (void)others.try_send(1);
}

asio::awaitable<void> reject_and_stay(std::latch& is_rejected, tidings::context ctx, tidings::request const&,
                                      tidings::event_stream& out)
{
    (void)out.reject(404, "no such build");
    is_rejected.count_down();
    tidings::after never(10h);
    co_await never.wait(ctx);
}

asio::awaitable<tidings::response> hold_up(std::latch& is_held, std::latch& may_go_on, tidings::context,
                                           tidings::request const&)
{
    is_held.count_down();
    may_go_on.wait();
    auto answer = tidings::response::text("held");
    co_return answer;
}

} // namespace

// A server that stops says so to every client, and is done within the drain time.
TEST_CASE("stop() drains 500 streams")
{
    drain_by_call(500, 5s);
}

// A stream whose handler returns while the server drains, because another one has been stopped, say, waits
// for its turn: its client is told when to come back, too.
TEST_CASE("a drain tells the clients of handlers that return meanwhile")
{
    tidings::topic news;
    tidings::channel<int> others(2);
    one_route fixture(std::bind_front(hand_over_and_pass_on, std::ref(news), others));
    std::vector<client> clients;
    for (int i = 0; i < 2; ++i)
        clients.push_back(ask(fixture));
    fixture.stop();
    for (auto& each : clients) {
        std::string const rest = each.read_to_end();
        INFO(rest);
        CHECK(rest.find("retry: ", rest.find("retry: ") + 1) != rest.npos); // behind that of the head
        CHECK(rest.ends_with("\r\n0\r\n\r\n"));
    }
}

// A client that keeps its side open when it has got everything, as many do, does not hold a stop up: the two
// seconds of lingering are for those who are still sending.
TEST_CASE("clients that do not close do not hold the drain up")
{
    auto options = server_fixture::brisk();
    options.drain_timeout = 10s;
    one_route fixture(say_farewell, options);
    auto clients = open_streams(fixture.port(), 20);
    auto const begin = std::chrono::steady_clock::now();
    fixture.stop();
    CHECK(std::chrono::steady_clock::now() - begin < 1500ms);
    require_ends(clients);
}

// What a stop says to a stream may be the first that finds the client gone. The loop is held up meanwhile, so
// that it learns of the stop and of the resets in one turn.
TEST_CASE("a stop that finds clients gone ends the same")
{
    tidings::topic news;
    std::latch is_held{1};
    std::latch may_go_on{1};
    server_fixture fixture;
    fixture.routes().get("/news", std::bind_front(hand_over, std::ref(news)));
    fixture.routes().get("/hold", std::bind_front(hold_up, std::ref(is_held), std::ref(may_go_on)));
    fixture.start();
    auto gone = ask(fixture, "/news");
    auto holding = fixture.connect();
    holding.get("/hold");
    is_held.wait();
    gone.reset();
    fixture.routes().stop();
    may_go_on.count_down();
    fixture.stop();
    CHECK(nothing_is_left(fixture.stats()));
    CHECK(news.stats().subscribers == 0);
}

// What a stop says to open streams is not for one whose place a plain answer has taken, nor does a HEAD that
// was answered before leave a stream open.
TEST_CASE("a stop leaves an answer that has taken the stream's place whole")
{
    std::latch is_rejected{1};
    server_fixture fixture;
    fixture.routes().get("/", std::bind_front(reject_and_stay, std::ref(is_rejected)));
    fixture.start();
    auto asking = fixture.connect();
    asking.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(asking.read_head().status() == 200);
    asking.get("/");
    is_rejected.wait();
    fixture.stop();
    std::string const answer = asking.read_to_end();
    INFO(answer);
    CHECK(answer.starts_with("HTTP/1.1 404 "));
    CHECK(answer.ends_with("\r\n\r\nno such build"));
}

// A stopping server takes nobody in: who has connected already is let go, who comes later is refused.
TEST_CASE("a stopped server is not there any more")
{
    server_fixture fixture;
    fixture.routes().get("/", say_farewell);
    fixture.start();
    auto idle = fixture.connect();
    REQUIRE(fixture.wait_for_stats([](auto const& now) { return now.connections == 1; }));
    auto const port = fixture.port();
    auto const begin = std::chrono::steady_clock::now();
    fixture.stop();
    CHECK(std::chrono::steady_clock::now() - begin < 900ms); // the drain time of one second is not used up
    CHECK(idle.wait_for_end() == client::ending::closed);
    CHECK_THROWS_AS(client(port), std::runtime_error);
}
