// SPDX-License-Identifier: BSL-1.0
// The times of topics at their ends.
#include <tidings/hub/long_poll.hpp>
#include <tidings/hub/topic_registry.hpp>

#include "topic_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::duration;
using tidings::topic;
using tidings::topic_registry;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

constexpr duration century = 24h * 365 * 100;

asio::awaitable<tidings::response> poll_for(topic const& of, duration wait, tidings::context ctx,
                                            tidings::request const& asked)
{
    tidings::long_poll_options options;
    options.wait_timeout = wait;
    co_return co_await tidings::long_poll(ctx, asked, of, options);
}

} // namespace

// Zero and below is no limit, a nanosecond is one, the longest is never; so for the age of events, the time
// for which a topic may be unused, and the wait of a poll, where zero is no wait.
TEST_CASE("times of topics at their ends")
{
    for (duration const age : {duration::min(), duration(-1), duration(0), duration(1), duration::max()}) {
        INFO("history_age = " << age.count() << " ns");
        virtual_time time;
        topic const news = in_virtual_time(time, topic({.history_age = age}));
        news.publish({.data = "old"});
        time.advance(century);
        news.publish({.data = "new"});
        CHECK(news.stats().history_count == (age == duration(1) ? 1 : 2));
    }
    for (duration const unused : {duration::min(), duration(-1), duration(0), duration(1), duration::max()}) {
        INFO("unused_timeout = " << unused.count() << " ns");
        virtual_time time;
        topic_registry const all = in_virtual_time(time, topic_registry({.unused_timeout = unused}));
        all.add("{name}");
        all.get("news")->publish({.data = "x"});
        time.advance(century);
        (void)all.expire(); // sees it unused
        time.advance(century);
        (void)all.expire();
        CHECK(all.size() == (unused == duration::max() ? 1 : 0));
    }
    for (duration const wait : {duration::min(), duration(-1), duration(0), duration(1), duration::max()}) {
        INFO("wait_timeout = " << wait.count() << " ns");
        virtual_time time;
        topic news;
        stream client(time, std::bind_front(poll_for, news, wait), tidings::request::get("/"));
        CHECK(client.is_over() == (wait <= duration::zero()));
        time.advance(century);
        CHECK(client.is_over() == (wait != duration::max()));
    }
}
