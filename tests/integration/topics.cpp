// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/long_poll.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/hub/topic_registry.hpp>

#include "one_route.hpp"

#include <boost/asio/awaitable.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace tidings;
using namespace tidings::test;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

constexpr int event_count = 5'000;

asio::awaitable<void> follow_from_oldest(topic& news, context ctx, request const&, event_stream& out)
{
    co_await news.follow(ctx, out, from_oldest());
}

asio::awaitable<void> attach(topic& news, context, request const&, event_stream& out)
{
    news.attach(out, from_oldest());
    co_return;
}

asio::awaitable<response> poll_news(topic& news, context ctx, request const& asked)
{
    return long_poll(std::move(ctx), asked, news);
}

bool is_urgent(event_text const& event, std::string_view)
{
    return event.type() == "urgent";
}

// /both: all news, and of the alerts the urgent ones.
asio::awaitable<void> follow_both(topic& news, topic& alerts, context ctx, request const&, event_stream& out)
{
    topic_list both;
    both.add(news).add(alerts, from_newest(), is_urgent);
    co_await both.follow(ctx, out);
}

asio::awaitable<void> follow_named(topic_registry& all, context ctx, request const& asked, event_stream& out)
{
    auto const wanted = all.get(asked.param("name"));
    if (wanted)
        co_await wanted->follow(ctx, out);
    else
        co_await out.reject(404, "no such topic\n");
}

std::string resume_after(std::string const& id)
{
    return id.empty() ? std::string() : "Last-Event-ID: " + id + "\r\n";
}

bool one_stream(server_stats const& now)
{
    return now.streams == 1;
}

} // namespace

// Publishers on plain threads, and a client that breaks its connection again and again: each event of each
// publisher comes once, and in order.
TEST_CASE("a client that comes back again and again misses nothing")
{
    topic news({.max_events = 2 * event_count, .send_position = false});
    server_fixture fixture;
    fixture.routes().get("/follow", std::bind_front(follow_from_oldest, std::ref(news)));
    fixture.routes().get("/attach", std::bind_front(attach, std::ref(news)));
    fixture.start();
    std::vector<std::jthread> publishing;
    for (char const* who : {"a", "b"})
        publishing.emplace_back([&news, who] {
            for (int i = 0; i < event_count; ++i)
                news.publish({.type = who, .data = std::to_string(i)});
        });

    std::string last_id;
    int next_a = 0;
    int next_b = 0;
    for (int visit = 0; next_a < event_count || next_b < event_count; ++visit) {
        auto reading = ask(fixture, visit % 2 == 0 ? "/follow" : "/attach", resume_after(last_id));
        for (int i = 0; i < 1 + visit * 37 % 400 && (next_a < event_count || next_b < event_count); ++i) {
            auto const event = reading.next_event();
            REQUIRE(event);
            int& next = event->type() == "a" ? next_a : next_b;
            REQUIRE(event->data() == std::to_string(next));
            ++next;
            last_id = event->id();
        }
        if (visit % 3 == 0)
            reading.reset();
        else
            reading.close();
    }
    CHECK(fixture.wait_for_stats([](auto const& now) { return now.streams == 0; }));
    CHECK(news.subscribers() == 0);
}

// One stream, two topics, one filter; the one id leads back to the place in both.
TEST_CASE("several topics and a filter on one stream resume")
{
    topic news({.name = "news", .send_position = false});
    topic alerts({.name = "alerts", .send_position = false});
    server_fixture fixture;
    fixture.routes().get("/both", std::bind_front(follow_both, std::ref(news), std::ref(alerts)));
    fixture.start();
    std::string last_id;
    {
        auto reading = ask(fixture, "/both");
        REQUIRE(fixture.wait_for_stats(one_stream));
        alerts.publish({.data = "not urgent"});
        alerts.publish({.type = "urgent", .data = "a1"});
        CHECK(reading.next_event()->data() == "a1");
        news.publish({.data = "n1"});
        auto const seen = reading.next_event();
        CHECK(seen->data() == "n1");
        last_id = seen->id();
        reading.reset();
    }
    news.publish({.data = "n2"});
    alerts.publish({.type = "urgent", .data = "a2"});
    alerts.publish({.data = "not urgent"});
    auto back = ask(fixture, "/both", resume_after(last_id));
    CHECK(back.next_event()->data() == "n2");
    CHECK(back.next_event()->data() == "a2");
    news.publish({.data = "n3"});
    CHECK(back.next_event()->data() == "n3");
}

// A place that the history has left behind is told of, and then the stream goes on.
TEST_CASE("a gap is told over a socket")
{
    topic news({.max_events = 2});
    server_fixture fixture;
    fixture.routes().get("/", std::bind_front(attach, std::ref(news)));
    fixture.start();
    auto const first = news.publish({.data = "1"}).id;
    for (char const* data : {"2", "3", "4"})
        news.publish({.data = data});
    auto back = ask(fixture, "/", resume_after(first));
    auto const told = back.next_event();
    CHECK(told->type() == "tidings-reset");
    CHECK(told->data().starts_with(R"({"reason":"evicted")"));
    CHECK(back.next_event()->data() == "3"); // all that is kept, as for a new client
    CHECK(back.next_event()->data() == "4");
    auto const place = news.position();
    CHECK(news.disconnect() == 1);
    CHECK_FALSE(back.next_event());
    CHECK(back.last_event_id() == place);
}

// Sent away, clients come back and go on; once the topic is closed they are told not to.
TEST_CASE("a topic disconnects its clients, and closes")
{
    topic news({.send_position = false});
    server_fixture fixture;
    fixture.routes().get("/", std::bind_front(attach, std::ref(news)));
    fixture.start();
    auto first = ask_once(fixture);
    REQUIRE(fixture.wait_for_stats(one_stream));
    news.publish({.data = "1"});
    auto const seen = first.next_event();
    CHECK(news.disconnect() == 1);
    CHECK(first.read_to_end().ends_with("0\r\n\r\n"));

    auto second = ask(fixture, "/", resume_after(seen->id()));
    news.publish({.data = "2"});
    CHECK(second.next_event()->data() == "2");
    news.close();
    CHECK(second.read_until("0\r\n\r\n").find(";finished\n") != std::string::npos);
}

// The way for places that let no stream through: the same ids, one answer for what has come.
TEST_CASE("a topic is followed by long-polling")
{
    topic news;
    server_fixture fixture;
    fixture.routes().get("/poll", std::bind_front(poll_news, std::ref(news)));
    fixture.start();
    auto const first = news.publish({.data = "1"}).id;
    auto asking = fixture.connect();
    asking.get("/poll?lastEventId=" + first);
    news.publish({.type = "t", .data = "2"});
    CHECK(asking.read_head().header("Content-Type") == "application/json");
    std::string const second = news.position();
    CHECK(asking.read_body() ==
          R"({"events":[{"id":")" + second + R"(","type":"t","data":"2"}],"position":")" + second + R"("})");
    asking.get("/poll", resume_after(second));
    news.close();
    CHECK(asking.read_head().status() == 204);
}

// Nobody's topic is forgotten; somebody's stays, however long nothing comes.
TEST_CASE("a topic that is followed does not expire")
{
    std::atomic<std::int64_t> minutes{0};
    topic_registry all({.unused_timeout = std::chrono::minutes(10)});
    tidings::internal::access::state(all).set_clock(
        [&minutes] { return time_point(std::chrono::minutes(minutes.load())); });
    all.add("{name}", {.send_position = false});
    server_fixture fixture;
    fixture.routes().get("/{name}", std::bind_front(follow_named, std::ref(all)));
    fixture.start();
    auto reading = ask(fixture, "/followed");
    all.get("unused")->publish({.data = "1"});
    CHECK(all.size() == 2);
    minutes = 60;
    CHECK(all.expire() == 0);
    minutes = 70;
    CHECK(all.expire() == 1);
    CHECK(all.find("followed"));
    CHECK_FALSE(all.find("unused"));
    all.get("followed")->publish({.data = "still here"});
    CHECK(reading.next_event()->data() == "still here");
}
