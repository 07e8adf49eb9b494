// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>
#include <tidings/wait/channel.hpp>

#include "support.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

class overflow_fixture
{
public:
    virtual_time time;

    topic make(overflow policy, std::size_t history_count = 3)
    {
        return topic(
            {.history_count = history_count, .overflow = policy, .now = [this] { return time.now(); }});
    }

    publish_result publish(topic& to, std::string const& data)
    {
        auto const result = to.publish({.data = data});
        time.run_until_idle();
        return result;
    }

    publish_result publish(topic& to, std::string const& key, std::string const& data)
    {
        auto const result = to.publish(key, {.data = data});
        time.run_until_idle();
        return result;
    }
};

asio::awaitable<void> follow_when_told(channel<int> go, topic news, context ctx, request const&,
                                       event_stream& out)
{
    co_await out.open();
    co_await go.receive(ctx);
    co_await news.follow(ctx, out, from_oldest());
}

} // namespace

// The slow follower goes on with what is there, and is told how many it has missed.
TEST_CASE_METHOD(overflow_fixture, "drop_oldest")
{
    topic news = make(overflow::drop_oldest);
    stream slow(time, following(news), request::get("/"));
    stream quick(time, following(news), request::get("/"));
    slow.stop_reading(5);
    std::size_t drops = 0;
    for (auto const* data : {"a", "b", "c", "d", "e", "f"})
        drops += publish(news, data).drops;
    CHECK(drops == 2); // b and c; a had begun to leave
    CHECK(news.stats().dropped == 2);
    CHECK(news.stats().lagging == 1);
    CHECK(news.stats().max_lag == 5);
    slow.resume_reading();
    CHECK(data_of(quick) == texts{"a", "b", "c", "d", "e", "f"});
    REQUIRE(slow.events().size() == 5);
    CHECK(slow.events()[1].type() == "tidings-reset");
    CHECK(slow.events()[1].data().starts_with(R"({"reason":"overflowed","oldest":")"));
    CHECK(slow.events()[1].data().ends_with(R"(,"dropped":2})"));
    CHECK(slow.events()[2].data() == "d");
    CHECK(slow.events()[4].data() == "f");
    CHECK_FALSE(slow.why_cut());
    CHECK(news.stats().lagging == 0);
    publish(news, "g");
    CHECK(slow.events().back().data() == "g"); // it keeps pace again
}

// A gap may grow until the connection takes something again: then it is told, once.
TEST_CASE_METHOD(overflow_fixture, "drop_oldest for a connection that takes nothing")
{
    topic news = make(overflow::drop_oldest);
    server_options options;
    options.queue_limit = GENERATE(std::size_t{1'000'000}, std::size_t{1'000});
    stream slow(time, following(news), request::get("/"), options);
    slow.stop_reading(5);
    publish(news, std::string(5'000, 'x')); // has begun to leave
    for (int burst = 0; burst < 2; ++burst) {
        for (int i = 0; i < 6; ++i)
            news.publish({.data = "x"});
        time.run_until_idle();
    }
    slow.resume_reading();
    CHECK_FALSE(slow.why_cut());
    REQUIRE(slow.events().size() == 5);
    CHECK(slow.events()[1].type() == "tidings-reset");
    CHECK(slow.events()[1].data().ends_with(R"(,"dropped":9})"));
}

// A follower that is cut is counted; what it did not get, too.
TEST_CASE_METHOD(overflow_fixture, "cut")
{
    topic news = make(overflow::cut);
    stream slow(time, following(news), request::get("/"));
    slow.stop_reading(5);
    for (auto const* data : {"a", "b", "c", "d", "e"})
        publish(news, data);
    CHECK(news.stats().dropped == 1);
    CHECK(slow.why_cut() == cut_reason::behind); // at once: not only when it reads again
    CHECK(news.stats().cut == 1);
    CHECK(news.subscribers() == 0);
}

// A stream with too much unsent is cut, also while the history still holds all of it.
TEST_CASE_METHOD(overflow_fixture, "cut for what is unsent")
{
    topic news({.history_count = 1'000, .unsent_limit = 2'000, .now = [this] { return time.now(); }});
    std::string const large(600, 'x');
    for (int i = 0; i < 10; ++i)
        publish(news, large);
    stream slow(time, following(news, from_oldest()), request::get("/"));
    CHECK(slow.events().size() == 10); // to catch up with more than that is no offence
    slow.stop_reading(5);
    for (int i = 0; i < 4; ++i)
        publish(news, large); // the first is on its way
    CHECK_FALSE(slow.why_cut());
    publish(news, large);
    CHECK(slow.why_cut() == cut_reason::behind);
    CHECK(news.stats().cut == 1);
}

// A stream that keeps pace has nothing unsent, however much comes in one turn with the end.
TEST_CASE_METHOD(overflow_fixture, "a topic that is closed behind a burst")
{
    topic news({.history_count = 1'000, .unsent_limit = 2'000, .now = [this] { return time.now(); }});
    topic_list list;
    list.add(news);
    stream client(time, attaching(list), request::get("/"));
    std::string const large(600, 'x');
    for (int i = 0; i < 4; ++i)
        news.publish({.data = large});
    news.close();
    time.run_until_idle();
    CHECK_FALSE(client.why_cut());
    CHECK(client.events().size() == 4);
    CHECK(client.text().ends_with(";finished\n\n"));
}

// A stream that holds its limit is cut also for the id of a place.
TEST_CASE_METHOD(overflow_fixture, "no room for the place of a filtered client")
{
    topic news = make(overflow::cut, 4);
    server_options options;
    options.queue_limit = 1'000;
    auto const is_hit = [](event_text const& each) { return each.type() == "hit"; };
    stream slow(time, following(news, from_newest(), is_hit), request::get("/"), options);
    slow.stop_reading(5);
    std::string const large(5'000, 'x');
    news.publish({.type = "hit", .data = large});
    time.run_until_idle();
    for (int i = 0; i < 4; ++i)
        publish(news, "miss");
    CHECK(slow.why_cut() == cut_reason::queue_overflow);
    CHECK(news.subscribers() == 0);
}

// What was there when it came does not count as unsent until it has got all of it; what comes meanwhile does.
TEST_CASE_METHOD(overflow_fixture, "a long replay is not cut for what is unsent")
{
    topic news({.history_count = 1'000, .unsent_limit = 2'000, .now = [this] { return time.now(); }});
    std::string const large(600, 'x');
    for (int i = 0; i < 200; ++i)
        publish(news, large);
    channel<int> go;
    stream slow(time, std::bind_front(follow_when_told, go, news), request::get("/"));
    slow.stop_reading(5);
    go.close();
    time.run_until_idle();
    for (int i = 0; i < 3; ++i)
        publish(news, large);
    CHECK_FALSE(slow.why_cut());
    publish(news, large);
    CHECK(slow.why_cut() == cut_reason::behind);
}

// A slow follower sees the newest value of each key, in the order in which they came.
TEST_CASE_METHOD(overflow_fixture, "keep_latest")
{
    topic prices = make(overflow::keep_latest);
    stream slow(time, following(prices), request::get("/"));
    stream quick(time, following(prices), request::get("/"));
    publish(prices, "oil", "oil 1");
    slow.stop_reading(5);
    for (int i = 2; i <= 50; ++i) {
        publish(prices, "oil", "oil " + std::to_string(i));
        publish(prices, "tin", "tin " + std::to_string(i));
    }
    CHECK(prices.stats().history_count == 2);
    CHECK(prices.stats().superseded == 97);
    slow.resume_reading();
    CHECK(data_of(quick).size() == 99);
    CHECK(data_of(slow) == texts{"oil 1", "oil 2", "oil 50", "tin 50"}); // the second had begun to leave
    CHECK(prices.stats().dropped == 0);
    stream late(time, following(prices, from_oldest()), request::get("/"));
    CHECK(data_of(late) == texts{"oil 50", "tin 50"});
}

// More keys than the history holds: then values are lost, and that is told.
TEST_CASE_METHOD(overflow_fixture, "keep_latest with too many keys")
{
    topic prices = make(overflow::keep_latest);
    stream slow(time, following(prices), request::get("/"));
    slow.stop_reading(5);
    for (auto const* key : {"a", "b", "c", "d", "e"})
        publish(prices, key, key);
    slow.resume_reading();
    CHECK(prices.stats().dropped == 1);
    REQUIRE(slow.events().size() == 5);
    CHECK(slow.events()[1].type() == "tidings-reset");
    CHECK(slow.events()[2].data() == "c");
}

// An event that is waited for has the lines that it was given, and no other.
TEST_CASE_METHOD(overflow_fixture, "a publish that is awaited changes nothing of the event")
{
    topic news = make(overflow::wait);
    stream client(time, following(news), request::get("/"));
    auto const root = context::root(time.loop().get_executor());
    for (event const& each :
         {event{.data = "a"}, event{.type = "", .data = ""}, event{.id = "own", .type = "t", .retry = 5ms}})
        (void)run(time, news.publish(root, each));
    std::string const all = client.text();
    CHECK(all.ends_with("-1\ndata: a\n\n" + all.substr(0, all.find("-0\n")) + "-2\nevent:\ndata:\n\n" +
                        "id: own\nevent: t\nretry: 5\n\n"));
}

TEST_CASE_METHOD(overflow_fixture, "keys need keep_latest")
{
    topic news = make(overflow::cut);
    CHECK_THROWS_AS(news.publish("key", {.data = "x"}), std::logic_error);
    CHECK(news.stats().published == 0);
    topic prices = make(overflow::keep_latest);
    CHECK(prices.publish({.data = "without a key"}));
}

// A plain publish never waits: it is refused, and nobody gets the event.
TEST_CASE_METHOD(overflow_fixture, "wait: a plain publish is refused")
{
    topic orders = make(overflow::wait);
    stream slow(time, following(orders), request::get("/"));
    stream quick(time, following(orders), request::get("/"));
    slow.stop_reading(5);
    for (auto const* data : {"a", "b", "c", "d"})
        CHECK(publish(orders, data)); // a has begun to leave
    auto const refused = publish(orders, "e");
    CHECK_FALSE(refused);
    CHECK(refused.status == publish_status::would_block);
    CHECK(refused.id.empty());
    CHECK(orders.stats().refused == 1);
    CHECK(data_of(quick) == texts{"a", "b", "c", "d"});
    slow.resume_reading();
    CHECK(publish(orders, "f"));
    CHECK(data_of(slow) == texts{"a", "b", "c", "d", "f"});
    CHECK(orders.stats().dropped == 0);
}

// A publish that may wait goes through as soon as the last follower has caught up.
TEST_CASE_METHOD(overflow_fixture, "wait: publishers wait their turn")
{
    topic orders = make(overflow::wait);
    stream slow(time, following(orders), request::get("/"));
    slow.stop_reading(5);
    for (auto const* data : {"a", "b", "c", "d"})
        publish(orders, data);
    auto const ctx = context::root(time.loop().get_executor());
    auto const one = run(time, orders.publish(ctx, {.data = "e"}));
    auto const two = run(time, orders.publish(ctx, {.data = "f"}));
    CHECK_FALSE(one->value);
    CHECK_FALSE(two->value);
    slow.resume_reading();
    time.run_until_idle();
    REQUIRE(one->value);
    REQUIRE(two->value);
    CHECK(one->value->status == publish_status::published);
    CHECK(data_of(slow) == texts{"a", "b", "c", "d", "e", "f"});
    CHECK(orders.stats().refused == 0);
}

// A comment pushes out nothing that a follower needs.
TEST_CASE_METHOD(overflow_fixture, "wait: a comment is refused")
{
    topic orders = make(overflow::wait);
    stream slow(time, following(orders), request::get("/"));
    slow.stop_reading(5);
    for (auto const* data : {"a", "b", "c", "d"})
        publish(orders, data);
    CHECK(orders.publish_comment("x").status == publish_status::would_block);
    CHECK(orders.stats().refused == 1);
    time.run_until_idle();
    slow.resume_reading();
    CHECK(data_of(slow) == texts{"a", "b", "c", "d"});
    CHECK(orders.publish_comment("x"));
}

// A follower that leaves holds nobody up any more; one that takes nothing is cut by its write deadline.
TEST_CASE_METHOD(overflow_fixture, "wait: a follower that is gone")
{
    topic orders = make(overflow::wait);
    stream slow(time, following(orders), request::get("/"));
    slow.stop_reading(5);
    for (auto const* data : {"a", "b", "c", "d"})
        publish(orders, data);
    auto const ctx = context::root(time.loop().get_executor());
    auto const waiting = run(time, orders.publish(ctx, {.data = "e"}));
    CHECK_FALSE(waiting->value);
    SECTION("it leaves")
    {
        slow.leave();
        time.run_until_idle();
    }
    SECTION("it takes nothing")
    {
        time.advance(10s);
        CHECK(slow.why_cut() == cut_reason::write_timeout);
    }
    REQUIRE(waiting->value);
    CHECK(waiting->value->status == publish_status::published);
    CHECK(waiting->value->receivers == 0);
}

// Waiting ends with the context, and with the topic.
TEST_CASE_METHOD(overflow_fixture, "wait: the wait ends")
{
    topic orders = make(overflow::wait);
    stream slow(time, following(orders), request::get("/"));
    slow.stop_reading(5);
    for (auto const* data : {"a", "b", "c", "d"})
        publish(orders, data);
    auto const root = context::root(time.loop().get_executor());
    auto limited = with_timeout(root, 1s);
    auto const ended = run(time, orders.publish(limited, {.data = "e"}));
    auto const closed = run(time, orders.publish(root, {.data = "f"}));
    time.advance(1s);
    REQUIRE(ended->value);
    CHECK(ended->value->status == publish_status::context_ended);
    orders.close();
    time.run_until_idle();
    CHECK_FALSE(closed->value);
    REQUIRE(closed->failure);
    CHECK_THROWS_AS(std::rethrow_exception(closed->failure), std::logic_error);
}

// Without followers nobody is waited for.
TEST_CASE_METHOD(overflow_fixture, "wait: nobody follows")
{
    topic orders = make(overflow::wait);
    for (int i = 0; i < 10; ++i)
        CHECK(publish(orders, "x"));
}
