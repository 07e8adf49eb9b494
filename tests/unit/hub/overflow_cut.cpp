// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>
#include <tidings/wait/channel.hpp>

#include "overflow_fixture.hpp"
#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <string>

namespace asio = boost::asio;
using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;

namespace {

asio::awaitable<void> follow_when_told(channel<int> go, topic news, context ctx, request const&,
                                       event_stream& out)
{
    co_await out.open();
    co_await go.receive(ctx);
    co_await news.follow(ctx, out, from_oldest());
}

} // namespace

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
    topic const news = in_virtual_time(time, topic({.max_events = 1'000, .unsent_bytes = 2'000}));
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
    topic const news = in_virtual_time(time, topic({.max_events = 1'000, .unsent_bytes = 2'000}));
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
    options.queue_bytes = 1'000;
    auto const is_hit = [](event_text const& each, std::string_view) { return each.type() == "hit"; };
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
    topic const news = in_virtual_time(time, topic({.max_events = 1'000, .unsent_bytes = 2'000}));
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
