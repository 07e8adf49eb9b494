// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic_registry.hpp>

#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

class bounds_fixture
{
public:
    virtual_time time;
    std::vector<std::string> lines;

    topic_registry make(topic_registry_options options)
    {
        options.log = [this](log_level, std::string_view line) { lines.emplace_back(line); };
        topic_registry const all = in_virtual_time(time, topic_registry(std::move(options)));
        all.add("{name...}", {.max_events = 100, .history_bytes = 64 * 1024 * 1024});
        return all;
    }

    // Each a moment later than the one before.
    topic publish(topic_registry& all, std::string const& name, std::string const& data = "x")
    {
        time.advance(1ms);
        topic made = *all.get(name);
        made.publish({.data = data});
        time.run_until_idle();
        return made;
    }
};

} // namespace

// For a topic that is published to, the longest unpublished that nobody uses makes room, and no other; it is
// counted, said, and told to who comes back.
TEST_CASE_METHOD(bounds_fixture, "the longest unpublished topic makes room")
{
    topic_registry all = make({.max_topics = 3});
    std::string const place = publish(all, "a").position();
    publish(all, "b");
    publish(all, "c");
    publish(all, "a");
    stream follower(time, following(*all.get("b")), request::get("/"));
    publish(all, "d"); // b is the oldest, but followed
    CHECK(all.find("a"));
    CHECK(all.find("b"));
    CHECK_FALSE(all.find("c"));
    CHECK(all.stats().topics == 3);
    CHECK(all.stats().evicted == 1);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with("topics: 1 were removed with their events to make room for others"));
    publish(all, "e");
    CHECK_FALSE(all.find("a"));
    CHECK(lines.size() == 1); // not again so soon
    stream back(time, following(*all.get("a")), coming_back_with(place));
    REQUIRE(back.events().size() == 1);
    CHECK(back.events()[0].data().starts_with(R"({"reason":"evicted")"));
    time.advance(10s);
    publish(all, "f");
    CHECK(lines.size() == 2);
}

// When all are in use, a publish to one more is refused, and nobody has got anything. Those that are there go
// on, and reading is not concerned.
TEST_CASE_METHOD(bounds_fixture, "topics in use make no room")
{
    topic_registry all = make({.max_topics = 2});
    std::optional<topic> one = publish(all, "a");
    std::optional<topic> two = publish(all, "b");
    topic more = *all.get("c");
    stream client(time, following(more), request::get("/"));
    CHECK_THROWS_AS(more.publish({.data = "x"}), too_many_topics);
    CHECK_THROWS_AS(more.publish({.id = "own", .data = "x"}), too_many_topics);
    CHECK(one->publish({.data = "y"}));
    time.advance(1s);
    two.reset();
    CHECK(more.publish({.id = "own", .data = "x"})); // as if it had not been tried
    time.run_until_idle();
    CHECK(data_of(client) == texts{"x"});
    CHECK(all.find("a"));
    CHECK_FALSE(all.find("b"));
}

// What is refused for what it is makes no topic, and evicts none.
TEST_CASE_METHOD(bounds_fixture, "a bad event makes no topic")
{
    topic_registry all = make({.max_topics = 1});
    publish(all, "a");
    CHECK_THROWS(all.get("b")->publish({.id = "a\nb", .data = "x"}));
    CHECK(all.find("a"));
    CHECK(all.size() == 1);
}

// Names that are only followed have a bound of their own, and do not keep publishers out.
TEST_CASE_METHOD(bounds_fixture, "only so many topics are followed without an event")
{
    topic_registry all = make({.max_blank_topics = 2});
    std::optional<stream> one(std::in_place, time, following(*all.get("a")), request::get("/"));
    stream two(time, following(*all.get("b")), request::get("/"));
    stream same(time, following(*all.get("b")), request::get("/"));
    stream refused(time, following(*all.get("c")), request::get("/"));
    REQUIRE(refused.is_over()); // as for any exception that a handler lets through
    CHECK(refused.status() == 500);
    CHECK(all.stats().blank == 2);
    publish(all, "d");
    publish(all, "b"); // is blank no more
    CHECK(data_of(two) == texts{"x"});
    CHECK(all.stats().blank == 1);
    stream three(time, following(*all.get("c")), request::get("/"));
    CHECK(three.head());
    one.reset();
    time.run_until_idle();
    CHECK(all.stats().blank == 1);
}

// Together the histories stay within their bound: the topics that hold most forget their oldest events,
// others keep theirs. It is counted and said, and who comes back for them is told.
TEST_CASE_METHOD(bounds_fixture, "all histories together are bounded")
{
    constexpr std::size_t bound = 1024 * 1024;
    topic_registry all = make({.kept_bytes = bound});
    std::string const data(20'000, 'x');
    topic small = publish(all, "small", "s");
    auto const small_place = small.position();
    topic large = publish(all, "large", data);
    auto const large_place = large.position();
    for (int i = 0; i < 99; ++i) {
        publish(all, "large", data);
        REQUIRE(all.stats().bytes <= bound);
    }
    CHECK(all.stats().bytes > bound * 9 / 10);
    CHECK(large.stats().history_count < 100);
    CHECK(large.stats().history_count > 40);
    CHECK(all.stats().events_given_up == 100 - large.stats().history_count);
    CHECK(small.stats().history_count == 1);
    CHECK(lines.size() == 1);
    stream back(time, following(large), coming_back_with(large_place));
    REQUIRE(back.events().size() == 1);
    CHECK(back.events()[0].data().starts_with(R"({"reason":"evicted")"));
    stream small_back(time, following(small), coming_back_with(small_place));
    CHECK(small_back.events().empty());
}

// An event that a follower has yet to get is not given up for the bound, nor is the newest of a topic.
TEST_CASE_METHOD(bounds_fixture, "what a reader has yet to get is not given up")
{
    topic_registry all = make({.kept_bytes = 100'000});
    std::string const data(10'000, 'x');
    topic news = *all.get("news");
    stream slow(time, following(news), request::get("/"));
    slow.stop_reading(5);
    for (int i = 0; i < 50; ++i)
        publish(all, "news", data);
    CHECK(news.stats().history_count >= 49);
    slow.resume_reading();
    time.run_until_idle();
    CHECK(slow.events().size() == 50);
    publish(all, "news", data);
    CHECK(all.stats().bytes <= 100'000);
    topic_registry none = make({.kept_bytes = 0});
    publish(none, "a");
    CHECK(publish(none, "a").stats().history_count == 1);
}

// Where there is nothing to shorten, topics that nobody uses go, the longest unpublished first.
TEST_CASE_METHOD(bounds_fixture, "many small topics stay within the bound of all histories")
{
    topic_registry all = make({.kept_bytes = 100'000});
    for (int i = 0; i < 200; ++i)
        publish(all, std::to_string(i));
    CHECK(all.stats().bytes <= 100'000);
    CHECK(all.stats().evicted > 100);
    CHECK(all.find("199"));
    CHECK_FALSE(all.find("0"));
}
