// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>
#include <tidings/wait/after.hpp>

#include "one_route.hpp"

#include <boost/asio/awaitable.hpp>

#include <catch2/catch_test_macros.hpp>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::context;
using tidings::event_stream;
using tidings::request;
using tidings::server_options;
using tidings::server_stats;
using tidings::topic;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

// Hands the stream over, and returns.
asio::awaitable<void> hand_over_holding(topic& news, std::shared_ptr<int> /*held*/, context, request const&,
                                        event_stream& out)
{
    news.attach(out);
    co_return;
}

// Hands the stream over and goes on running until its context ends.
asio::awaitable<void> hand_over_and_stay(topic& news, context ctx, request const&, event_stream& out)
{
    news.attach(out);
    tidings::after never(10h);
    co_await never.wait(ctx);
}

// Hands the stream over and goes on for several keep-alive intervals.
asio::awaitable<void> hand_over_and_linger(topic& news, context ctx, request const&, event_stream& out)
{
    news.attach(out);
    tidings::after a_while(60ms);
    co_await a_while.wait(ctx);
}

class handing_over
{
public:
    explicit handing_over(server_options options = server_fixture::brisk()) : fixture(std::move(options))
    {
        fixture.routes().get("/", [this](context ctx, request const& asked, event_stream& out) {
            return hand_over_holding(news, held, std::move(ctx), asked, out);
        });
        fixture.routes().get("/stays", std::bind_front(hand_over_and_stay, std::ref(news)));
        fixture.routes().get("/lingers", std::bind_front(hand_over_and_linger, std::ref(news)));
        fixture.start();
    }

    // A client whose stream nobody but the topic feeds any more.
    client open()
    {
        auto opened = ask_once(fixture);
        REQUIRE(fixture.wait_for_stats(is_handed_over));
        return opened;
    }

    static bool is_handed_over(server_stats const& now) { return now.streams == 1 && now.handlers == 0; }

    topic news{{.send_position = false}};
    std::shared_ptr<int> held = std::make_shared<int>();
    server_fixture fixture;
};

// A body has ended in the one way in which it may: its last chunk, and nothing behind it.
void require_one_end(std::string const& rest)
{
    INFO(rest);
    constexpr std::string_view last_chunk = "0\r\n\r\n";
    std::string const whole = "\r\n" + rest; // the head's end
    REQUIRE(whole.find("\r\n" + std::string(last_chunk)) + 2 + last_chunk.size() == whole.size());
}

} // namespace

// What is left of the handler goes when it returns; the topic's events go on coming.
TEST_CASE("a stream that is handed over keeps nothing of its handler")
{
    handing_over serving;
    auto reading = serving.open();
    serving.news.publish({.data = "1"});
    CHECK(reading.next_event()->data() == "1");
    CHECK(serving.held.use_count() == 1);
    CHECK(serving.news.subscribers() == 1);
    reading.reset();
    CHECK(serving.fixture.wait_for_stats(nothing_is_left));
    CHECK(serving.news.subscribers() == 0);
    CHECK(serving.fixture.stats().clients_gone == 1);
}

TEST_CASE("a stream that is handed over is kept alive")
{
    auto options = server_fixture::brisk();
    options.keep_alive = 20ms;
    handing_over serving(options);
    auto reading = serving.open();
    for (int i = 0; i < 3; ++i)
        CHECK(reading.read_until(": ping\n\n").ends_with(": ping\n\n"));
}

TEST_CASE("a stream that is handed over ends at the maximum age")
{
    auto options = server_fixture::brisk();
    options.maximum_age = 100ms;
    handing_over serving(options);
    auto reading = ask_once(serving.fixture);
    require_one_end(reading.read_to_end());
    CHECK(serving.news.subscribers() == 0);
}

// The age ends the handler first; that the stream has an age holds for what the handler has left, too.
TEST_CASE("a stream that is handed over by a handler that stays ends at the maximum age")
{
    auto options = server_fixture::brisk();
    options.maximum_age = 100ms;
    handing_over serving(options);
    auto reading = ask_once(serving.fixture, "/stays");
    require_one_end(reading.read_to_end());
    CHECK(serving.news.subscribers() == 0);
}

TEST_CASE("a drain ends streams that were handed over")
{
    handing_over serving;
    auto returned = serving.open();
    auto stays = ask_once(serving.fixture, "/stays");
    REQUIRE(serving.fixture.wait_for_stats([](auto const& now) { return now.streams == 2; }));
    serving.fixture.stop();
    for (auto* each : {&returned, &stays}) {
        auto const rest = each->read_to_end();
        CHECK(rest.find("retry: ", rest.find("retry: ") + 1) != rest.npos); // behind that of the head
        require_one_end(rest);
    }
    CHECK(serving.news.subscribers() == 0);
}

// The end is out while the handler goes on: nothing follows it, no comment of the keep-alive either.
TEST_CASE("nothing follows the end that a topic gives a stream")
{
    auto options = server_fixture::brisk();
    options.keep_alive = 10ms;
    handing_over serving(options);
    auto reading = ask_once(serving.fixture, "/lingers");
    SECTION("when it sends its clients away")
    {
        CHECK(serving.news.disconnect() == 1);
    }
    SECTION("when it is closed")
    {
        serving.news.close();
    }
    while (reading.next_event()) {
    }
    CHECK(reading.is_body_complete());
    CHECK(reading.read_to_end().empty());
}

// A stop while the handler goes on has nothing to add to a body that has ended.
TEST_CASE("nothing follows the end that a topic has given a stream before a stop")
{
    handing_over serving;
    auto reading = ask_once(serving.fixture, "/stays");
    CHECK(serving.news.disconnect() == 1);
    CHECK_FALSE(reading.next_event());
    CHECK(reading.is_body_complete());
    serving.fixture.stop();
    CHECK(reading.read_to_end().empty());
}

// A client that keeps its side open for a while does not count any more.
TEST_CASE("a stream that has ended gives its place free at once")
{
    handing_over serving;
    auto reading = serving.open();
    CHECK(serving.news.disconnect() == 1);
    require_one_end(reading.read_to_end());
    CHECK(serving.fixture.wait_for_stats([](auto const& now) { return now.streams == 0; }, 1s));
    CHECK(serving.fixture.stats().connections == 1);
}

// Over a unix socket the end of a client looks different to the kernel.
TEST_CASE("a client of a unix socket that leaves is noticed")
{
    std::string const path = std::filesystem::temp_directory_path() /
                             ("tidings-handed-over-" + std::to_string(::getpid()) + ".socket");
    auto options = server_fixture::brisk();
    options.listen = {{.unix_socket = path}};
    handing_over serving(options);
    auto reading = client::over_unix_socket(path);
    reading.get("/");
    CHECK(reading.read_head().status() == 200);
    REQUIRE(serving.fixture.wait_for_stats(handing_over::is_handed_over));
    reading.half_close();
    CHECK(reading.read_until(": ping\n\n").ends_with(": ping\n\n"));
    serving.news.publish({.data = "1"});
    CHECK(reading.read_until("data: 1\n\n").ends_with("data: 1\n\n"));
    reading.close();
    CHECK(serving.fixture.wait_for_stats(nothing_is_left, 1s));
    CHECK(serving.news.subscribers() == 0);
}
