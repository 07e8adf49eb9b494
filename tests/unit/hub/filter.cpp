// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/following.hpp>
#include <tidings/hub/subscription.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/wait/select.hpp>
#include <tidings/wait/ticker.hpp>

#include "support.hpp"
#include "support/without_retry.hpp"

#include <boost/asio/awaitable.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

bool is_urgent(event_text const& event, std::string_view)
{
    return event.type() == "urgent";
}

// The id that a client comes back with.
std::string last_id(stream const& client)
{
    auto const at = client.text().rfind("id: ");
    return client.text().substr(at + 4, client.text().find('\n', at) - at - 4);
}

class filter_fixture
{
public:
    virtual_time time;
    topic alerts{{.name = "alerts", .max_events = 3}};

    void publish(topic& to, std::string const& data, std::string_view type = {})
    {
        to.publish({.type = type, .data = data});
        time.run_until_idle();
    }
};

} // namespace

// Only what passes the filter, live and from the history.
TEST_CASE_METHOD(filter_fixture, "a filter")
{
    publish(alerts, "u1", "urgent");
    publish(alerts, "x1");
    stream client(time, following(alerts, from_oldest(), is_urgent), request::get("/"));
    publish(alerts, "u2", "urgent");
    publish(alerts, "x2");
    CHECK(data_of(client) == texts{"u1", "u2"});
}

// A filter sees the key of an event, which is not sent; it is empty where there is none. Live, from the
// history, and in a subscription.
TEST_CASE_METHOD(filter_fixture, "a filter by key")
{
    topic prices({.name = "prices", .overflow = overflow::keep_latest});
    auto const is_zinc = [](event_text const&, std::string_view key) { return key == "zinc"; };
    auto const has_none = [](event_text const&, std::string_view key) { return key.empty(); };
    prices.publish("zinc", {.data = "z1"});
    prices.publish("wax", {.data = "g1"});
    stream zinc(time, following(prices, from_oldest(), is_zinc), request::get("/"));
    stream plain(time, following(prices, from_oldest(), has_none), request::get("/"));
    auto const ctx = context::root(time.loop().get_executor());
    subscription read(ctx, prices, from_oldest(), is_zinc);
    prices.publish("zinc", {.data = "z2"});
    prices.publish("wax", {.data = "g2"});
    publish(prices, "p");
    CHECK(data_of(zinc) == texts{"z1", "z2"});
    CHECK(data_of(plain) == texts{"p"});
    CHECK(zinc.text().find("zinc") == std::string::npos);
    REQUIRE(read.try_receive().value().data() == "z2");
    CHECK_FALSE(read.try_receive());
}

// What does not pass moves the client's place along: it does not fall out of the history while it waits.
TEST_CASE_METHOD(filter_fixture, "a filtered client keeps its place")
{
    stream client(time, following(alerts, from_newest(), is_urgent), request::get("/"));
    publish(alerts, "u1", "urgent");
    for (int i = 0; i < 10; ++i)
        publish(alerts, "x");
    CHECK(data_of(client) == texts{"u1"});
    auto const id = last_id(client);
    CHECK(id != client.events()[0].id());
    stream back(time, following(alerts, from_newest(), is_urgent), coming_back_with(id));
    CHECK(back.events().empty());
}

// Also one that has got nothing, because nothing has passed.
TEST_CASE_METHOD(filter_fixture, "a filtered client knows its place from the start")
{
    publish(alerts, "x");
    stream client(time, following(alerts, from_oldest(), is_urgent), request::get("/"));
    CHECK(without_retry(client.text()) == place_text(alerts.position()));
}

// A filter that throws costs its own stream alone.
TEST_CASE_METHOD(filter_fixture, "a filter that throws")
{
    auto const refuse = [](event_text const&, std::string_view) -> bool { throw std::runtime_error("no"); };
    texts log;
    tidings::server_options options;
    options.log = [&log](tidings::log_level, std::string_view line) { log.emplace_back(line); };
    stream broken(time, following(alerts, from_newest(), refuse), request::get("/"), options);
    stream whole(time, following(alerts), request::get("/"));
    publish(alerts, "a");
    CHECK(broken.why_cut() == cut_reason::handler_failed);
    REQUIRE(log.size() == 1);
    CHECK(log.front().ends_with("a filter failed: no"));
    CHECK(data_of(whole) == texts{"a"});
    CHECK(alerts.subscribers() == 1);
}

// A filter is a user's code, and may end what it likes, also the streams of the topic that asks it.
TEST_CASE_METHOD(filter_fixture, "a filter that sends everybody away while it is asked")
{
    publish(alerts, "a");
    publish(alerts, "b");
    auto const send_away = [this](event_text const&, std::string_view) {
        alerts.disconnect();
        return true;
    };
    stream client(time, following(alerts, from_oldest(), send_away), request::get("/"));
    CHECK(data_of(client) == texts{"a", "b"});
    publish(alerts, "c");
    CHECK(client.comments() == texts{"disconnected"});
}

// A subscription may be destroyed by the filter that it asks.
TEST_CASE_METHOD(filter_fixture, "a filter that destroys its subscription")
{
    auto const ctx = context::root(time.loop().get_executor());
    std::optional<subscription> news;
    auto const destroy = [&news](event_text const&, std::string_view) {
        news.reset();
        return true;
    };
    news.emplace(ctx, alerts, from_newest(), destroy);
    publish(alerts, "a");
    CHECK_FALSE(news->try_receive());
    CHECK_FALSE(news);
    CHECK(alerts.subscribers() == 0);
}

namespace {

boost::asio::awaitable<bool> is_other_first(context ctx, subscription& news, ticker& other)
{
    auto next = co_await select(ctx, news, other);
    co_return next.from(other);
}

} // namespace

// So may one of those that a select waits for, which then goes on with the others.
TEST_CASE_METHOD(filter_fixture, "a filter that destroys a subscription in a select")
{
    auto const ctx = context::root(time.loop().get_executor());
    std::optional<subscription> news;
    auto const destroy = [&news](event_text const&, std::string_view) {
        news.reset();
        return true;
    };
    bool const is_published_before = GENERATE(true, false);
    news.emplace(ctx, alerts, from_newest(), destroy);
    if (is_published_before)
        publish(alerts, "a");
    ticker other(1s);
    auto const waiting = run(time, is_other_first(ctx, *news, other));
    if (!is_published_before)
        publish(alerts, "a");
    time.advance(1s);
    CHECK(waiting->value == true);
    CHECK_FALSE(news);
}

// Comments and retry times are for all.
TEST_CASE_METHOD(filter_fixture, "a comment for all passes filters")
{
    int asked = 0;
    auto const refuse = [&asked](event_text const&, std::string_view) {
        ++asked;
        return false;
    };
    topic news;
    stream client(time, following(news, from_newest(), refuse), request::get("/"));
    news.publish_comment("c");
    news.publish_retry(1500ms);
    time.run_until_idle();
    CHECK(asked == 0);
    CHECK(client.text().ends_with("\n\n: c\n\nretry: 1500\n\n"));
    publish(news, "n1");
    CHECK(asked == 1);
}

// Comments lead back to no place: a client that has got nothing else is sent its own.
TEST_CASE_METHOD(filter_fixture, "comments alone and a client's place")
{
    SECTION("from the start")
    {
        stream slow(time, following(alerts), request::get("/"));
        slow.stop_reading(0);
        alerts.publish_comment("c");
        time.run_until_idle();
        topic_list filtered;
        filtered.add(alerts, from_oldest(), is_urgent);
        topic_list plain;
        plain.add(alerts, from_oldest());
        for (auto const& each : {plain, filtered}) {
            stream client(time, following(each), request::get("/"));
            CHECK(without_retry(client.text()).starts_with(": c\n\nid: "));
        }
    }
    SECTION("among what does not pass")
    {
        stream client(time, following(alerts, from_newest(), is_urgent), request::get("/"));
        for (int i = 0; i < 10; ++i) {
            publish(alerts, "x");
            alerts.publish_comment("c");
            time.run_until_idle();
        }
        auto const id = last_id(client);
        stream back(time, following(alerts, from_newest(), is_urgent), coming_back_with(id));
        CHECK(back.events().empty());
    }
}
