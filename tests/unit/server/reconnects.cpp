// SPDX-License-Identifier: BSL-1.0
// When clients are told to come back, in virtual time.
#include <tidings/hub/topic.hpp>
#include <tidings/testing/app.hpp>
#include <tidings/wait/after.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::event_stream;
using tidings::request;
using tidings::testing::app;
using tidings::testing::memory_client;
using tidings::testing::virtual_time;

namespace {

asio::awaitable<void> follow_news(tidings::topic const& news, context, request const&, event_stream& out)
{
    news.attach(out);
    co_return;
}

asio::awaitable<void> stay(context ctx, request const& asked, event_stream& out)
{
    co_await out.open();
    if (asked.has_query("own"))
        co_await out.retry(123ms);
    if (asked.has_query("text")) {
        tidings::event_text const text({.data = "first", .retry = 123ms});
        co_await out.send(text);
    }
    tidings::after never(10h);
    co_await never.wait(ctx);
}

// All that it was told, in milliseconds.
std::vector<long> pauses(memory_client& client)
{
    constexpr std::string_view field = "retry: ";
    std::vector<long> all;
    std::string const& text = client.text();
    for (auto at = text.find(field); at != text.npos; at = text.find(field, at + 1)) {
        long pause = 0;
        std::from_chars(text.data() + at + field.size(), text.data() + text.size(), pause);
        all.push_back(pause);
    }
    return all;
}

/// Bears one opening a second, so that each stream adds a second.
struct slow_house
{
    slow_house()
    {
        served.get("/news", std::bind_front(follow_news, news));
        served.get("/stay", stay);
    }

    tidings::server_options options() const
    {
        tidings::server_options all;
        all.openings_per_second = 1;
        all.log = [](tidings::log_level, std::string_view) {};
        return all;
    }

    std::vector<memory_client> open(std::string_view path, int count)
    {
        std::vector<memory_client> all;
        all.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i)
            all.push_back(in_memory.get(path));
        return all;
    }

    virtual_time time;
    tidings::topic news;
    tidings::server served{time.loop(), options()};
    app in_memory{served, time};
};

} // namespace

TEST_CASE_METHOD(slow_house, "the head of a stream says when to come back")
{
    auto all = open("/news", 30);
    CHECK(pauses(all.front()).size() == 1);
    CHECK(pauses(all.front()).front() >= 1'000);
    CHECK(pauses(all.front()).front() <= 3'000);
    REQUIRE(pauses(all.back()).size() == 1);
    CHECK(pauses(all.back()).front() >= 15'000);
    CHECK(pauses(all.back()).front() <= 45'000);
    CHECK(all.back().text().starts_with("retry: "));
    CHECK(all.back().events().empty()); // no client sees an event
}

// Those that came early are told anew with their keep-alive, whether they are silent or not, and once.
TEST_CASE_METHOD(slow_house, "streams are told anew when there are many more")
{
    auto silent = in_memory.get("/stay");
    auto busy = in_memory.get("/news");
    auto others = open("/stay", 30);
    for (int i = 0; i < 60; ++i) {
        time.advance(1s);
        news.publish({.data = "tick"});
    }
    for (auto* const each : {&silent, &busy}) {
        REQUIRE(pauses(*each).size() == 2);
        CHECK(pauses(*each).back() >= 16'000);
        CHECK(pauses(*each).back() <= 48'000);
    }
    CHECK(pauses(others.back()).size() == 1);
    CHECK(silent.comments().size() == 3); // in the place of one of four it was told
}

TEST_CASE_METHOD(slow_house, "a pause that a handler has sent stays")
{
    auto own = in_memory.get("/stay?own=1");
    auto text = in_memory.get("/stay?text=1");
    auto others = open("/stay", 30);
    time.advance(1min);
    served.stop();
    time.advance(1s);
    for (auto* const each : {&own, &text}) {
        CHECK(each->is_over());
        REQUIRE(pauses(*each).size() == 2);
        CHECK(pauses(*each).back() == 123);
    }
    CHECK(pauses(others.back()).size() == 2); // at the head, and at the drain
}

TEST_CASE_METHOD(slow_house, "a pause that a publisher has sent stays")
{
    auto follower = in_memory.get("/news");
    SECTION("alone")
    {
        news.publish_retry(123ms);
    }
    SECTION("with an event")
    {
        news.publish({.data = "one", .retry = 123ms});
    }
    auto others = open("/stay", 30);
    time.advance(1min);
    served.stop();
    time.advance(1s);
    CHECK(follower.is_over());
    REQUIRE(pauses(follower).size() == 2);
    CHECK(pauses(follower).back() == 123);
}

// At a drain as at any time, by the number of streams.
TEST_CASE_METHOD(slow_house, "a drain says when to come back")
{
    auto all = open("/stay", 30);
    served.stop();
    time.advance(10s);
    for (auto& each : all) {
        CHECK(each.is_over());
        REQUIRE(pauses(each).size() == 2);
        CHECK(pauses(each).back() >= 1'000);
        CHECK(pauses(each).back() <= 45'000);
    }
    CHECK(std::ranges::any_of(all, [](auto& each) { return pauses(each).back() > 15'000; }));
}
