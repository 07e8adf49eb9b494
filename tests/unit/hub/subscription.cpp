// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/subscription.hpp>
#include <tidings/wait/select.hpp>
#include <tidings/wait/spawn.hpp>
#include <tidings/wait/ticker.hpp>

#include "support.hpp"
#include "support/without_retry.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

/// Sends on what a subscription and a ticker bring; "over" when nothing more can come.
asio::awaitable<void> relay(topic_list topics, context ctx, request const&, event_stream& out)
{
    subscription news(ctx, topics, out.last_event_id());
    ticker every_second(1s);
    while (auto next = co_await select(ctx, news, every_second)) {
        if (auto* event = next.from(news))
            co_await out.send(*event);
        else
            co_await out.comment("tick");
    }
}

asio::awaitable<void> relay_all(topic_list topics, bool* was_cut, context ctx, request const&,
                                event_stream& out)
{
    subscription news(ctx, topics, out.last_event_id());
    while (auto event = co_await news.receive(ctx))
        co_await out.send(*event);
    *was_cut = news.was_cut();
    co_await out.send({.data = "over"});
}

asio::awaitable<std::string> wait_once(context until, subscription& from)
{
    auto const event = co_await from.receive(until);
    co_return event ? event->data() : "nothing";
}

bool refuse(event_text const&, std::string_view)
{
    throw std::runtime_error("no");
}

class subscription_fixture
{
public:
    virtual_time time;
    context_scope root = context::root(time.loop().get_executor());
    topic orders{{.name = "orders", .max_events = 3}};
    topic alerts{{.name = "alerts", .max_events = 3}};
    bool was_cut = false;

    static topic_list list_of(topic const& one)
    {
        topic_list list;
        list.add(one);
        return list;
    }

    void publish(topic& to, std::string const& data, std::string_view type = {})
    {
        to.publish({.type = type, .data = data});
        time.run_until_idle();
    }

    handler relaying_all(topic_list const& topics) { return std::bind_front(relay_all, topics, &was_cut); }
};

} // namespace

// A topic is a source like any other, and what is sent on resumes like what is followed.
TEST_CASE_METHOD(subscription_fixture, "a subscription in a select")
{
    std::string id;
    {
        stream client(time, std::bind_front(relay, list_of(orders)), request::get("/"));
        publish(orders, "a", "order");
        time.advance(1s);
        publish(orders, "b");
        CHECK(without_retry(client.text()) ==
              "id: " + client.events()[0].id() +
                  "\nevent: order\ndata: a\n\n: tick\n\nid: " + client.events()[1].id() + "\ndata: b\n\n");
        CHECK(orders.subscribers() == 1);
        id = client.events()[0].id();
    }
    CHECK(orders.subscribers() == 0);
    stream back(time, std::bind_front(relay, list_of(orders)), coming_back_with(id));
    CHECK(data_of(back) == texts{"b"});
}

// Several topics: each has its turn, and ids hold a place in each.
TEST_CASE_METHOD(subscription_fixture, "a subscription to several topics")
{
    topic_list both;
    both.add(orders, from_oldest()).add(alerts, from_oldest());
    publish(orders, "o1");
    publish(orders, "o2");
    publish(alerts, "a1");
    stream client(time, relaying_all(both), request::get("/"));
    CHECK(data_of(client) == texts{"o1", "a1", "o2"});
    stream back(time, relaying_all(both), coming_back_with(client.events()[1].id()));
    CHECK(data_of(back) == texts{"o2"});
}

// With a filter, and more in the history than is read at once.
TEST_CASE_METHOD(subscription_fixture, "a subscription with a filter")
{
    topic many({.max_events = 1'000});
    for (int i = 0; i < 500; ++i)
        many.publish({.type = i % 100 == 99 ? "hit" : "miss", .data = std::to_string(i)});
    topic_list list;
    list.add(many, from_oldest(),
             [](event_text const& event, std::string_view) { return event.type() == "hit"; });
    stream client(time, relaying_all(list), request::get("/"));
    CHECK(data_of(client) == texts{"99", "199", "299", "399", "499"});
    publish(many, "live", "hit");
    CHECK(client.events().back().data() == "live");
}

// A gap comes as an event without an id.
TEST_CASE_METHOD(subscription_fixture, "a subscription is told of a gap")
{
    publish(orders, "a");
    stream client(time, relaying_all(list_of(orders)), coming_back_with("unknown"));
    publish(orders, "b");
    REQUIRE(client.events().size() == 2);
    CHECK(client.events()[0].type() == "tidings-reset");
    CHECK(client.events()[1].data() == "b");
}

// Its place is in front of a gap that it has not received, so that the gap is told again to who comes back.
TEST_CASE_METHOD(subscription_fixture, "the place of a subscription in front of a gap")
{
    publish(orders, "a");
    auto const first = orders.position();
    for (int i = 0; i < 4; ++i)
        publish(orders, "x");
    subscription back(root, list_of(orders), first);
    CHECK(back.position() == first);
    auto const told = back.try_receive();
    REQUIRE(told);
    CHECK(told->type() == "tidings-reset");
    CHECK(back.position() == orders.position());
}

// It ends with its topic, once all is read, and when followers are sent away.
TEST_CASE_METHOD(subscription_fixture, "a subscription ends")
{
    stream client(time, relaying_all(list_of(orders)), request::get("/"));
    orders.publish({.data = "a"});
    SECTION("closed")
    {
        orders.close();
    }
    SECTION("sent away")
    {
        time.run_until_idle();
        orders.disconnect();
    }
    time.run_until_idle();
    CHECK(data_of(client) == texts{"a", "over"});
    CHECK_FALSE(was_cut);
    CHECK(client.is_over());
}

// One that falls behind is ended, or goes on with what is there, as the topic says.
TEST_CASE_METHOD(subscription_fixture, "a slow subscription")
{
    SECTION("cut")
    {
        stream client(time, relaying_all(list_of(orders)), request::get("/"));
        client.stop_reading(0);
        for (auto const* data : {"a", "b", "c", "d", "e"})
            publish(orders, data);
        client.resume_reading();
        CHECK(data_of(client) == texts{"a", "over"});
        CHECK(was_cut);
        CHECK(orders.stats().cut == 1);
    }
    SECTION("drop_oldest")
    {
        topic news({.max_events = 3, .overflow = overflow::drop_oldest});
        stream client(time, relaying_all(list_of(news)), request::get("/"));
        client.stop_reading(0);
        for (auto const* data : {"a", "b", "c", "d", "e"})
            publish(news, data);
        client.resume_reading();
        REQUIRE(client.events().size() == 5);
        CHECK(client.events()[1].data().ends_with(R"("dropped":1})"));
        CHECK(client.events()[2].data() == "c");
        CHECK_FALSE(was_cut);
    }
}

// An event that lost a race is not lost: it comes with the next wait.
TEST_CASE_METHOD(subscription_fixture, "two waits on one subscription")
{
    subscription news(root, orders);
    auto const one = run(time, wait_once(root, news));
    auto const two = run(time, wait_once(root, news));
    orders.publish({.data = "a"});
    orders.publish({.data = "b"});
    orders.publish({.data = "c"});
    time.run_until_idle();
    CHECK(one->value == "a");
    CHECK(two->value == "b");
    auto const third = news.try_receive();
    REQUIRE(third);
    CHECK(third->data() == "c");
    CHECK_FALSE(news.try_receive());
}

// An event that comes as its wait ends is not received: it comes next, and the place is before it until then.
TEST_CASE_METHOD(subscription_fixture, "a wait that ends with an event")
{
    publish(orders, "before");
    auto const before = orders.position();
    subscription news(root, orders);
    auto limited = with_cancel(root);
    auto const waiting = run(time, wait_once(limited, news));
    orders.publish({.data = "a"});
    limited.cancel();
    time.run_until_idle();
    CHECK(waiting->value == "nothing");
    CHECK(news.position() == before);
    auto const next = news.try_receive();
    REQUIRE(next);
    CHECK(next->data() == "a");
    CHECK(news.position() == orders.position());
}

// What its filter throws ends a subscription, and comes out where it is asked; nobody else misses anything.
TEST_CASE_METHOD(subscription_fixture, "a subscription with a filter that throws")
{
    stream whole(time, following(orders), request::get("/"));
    subscription broken(root, orders, from_newest(), refuse);
    SECTION("while it waits")
    {
        auto const waiting = run(time, wait_once(root, broken));
        CHECK_NOTHROW(publish(orders, "a"));
        REQUIRE(waiting->failure);
        CHECK_THROWS_AS(std::rethrow_exception(waiting->failure), std::runtime_error);
        CHECK_FALSE(broken.try_receive());
    }
    SECTION("when it is asked")
    {
        publish(orders, "a");
        auto const waiting = run(time, wait_once(root, broken));
        CHECK(waiting->failure);
        CHECK(run(time, wait_once(root, broken))->value == "nothing");
    }
    SECTION("when it is asked without a wait")
    {
        publish(orders, "a");
        CHECK_THROWS_AS(broken.try_receive(), std::runtime_error);
    }
    SECTION("in a select")
    {
        topic_list list;
        list.add(orders, from_newest(), refuse);
        stream client(time, std::bind_front(relay, list), request::get("/"));
        publish(orders, "a");
        time.advance(1s);
        CHECK(client.comments() == texts{"tick"});
    }
    CHECK_NOTHROW(publish(orders, "b"));
    CHECK(data_of(whole) == texts{"a", "b"});
}

TEST_CASE_METHOD(subscription_fixture, "a subscription that lags")
{
    subscription news(root, orders);
    CHECK(orders.stats().lagging == 0);
    publish(orders, "a");
    CHECK(orders.stats().lagging == 1);
    CHECK(news.try_receive());
    CHECK(orders.stats().lagging == 0);
}

// A subscription that goes while somebody else waits for it has no further event: that wait comes back empty.
TEST_CASE("a subscription goes while it is waited for")
{
    virtual_time time;
    topic news;
    auto root = context::root(time.loop().get_executor());
    auto events = std::make_unique<subscription>(root, news);
    std::vector<std::string> said;
    auto const receive = [](context ctx, subscription* from,
                            std::vector<std::string>* into) -> asio::awaitable<void> {
        auto const next = co_await from->receive(ctx);
        into->push_back(next ? "an event" : "nothing");
    };
    auto const choose = [](context ctx, subscription* from,
                           std::vector<std::string>* into) -> asio::awaitable<void> {
        ticker hour(1h);
        auto next = co_await select(ctx, *from, hour);
        into->push_back(next.from(hour) ? "a tick" : "nothing");
    };
    spawn(root, receive, events.get(), &said);
    spawn(root, choose, events.get(), &said);
    time.run_until_idle();
    CHECK(said.empty());
    events.reset();
    time.run_until_idle();
    CHECK(said == std::vector<std::string>{"nothing"});
    news.publish({.data = "too late"});
    time.advance(1h);
    CHECK(said == std::vector<std::string>{"nothing", "a tick"});
}
