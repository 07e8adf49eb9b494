// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/subscription.hpp>
#include <tidings/hub/topic_list.hpp>

#include "list_fixture.hpp"
#include "support.hpp"
#include "support/without_retry.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;

// Each event of several topics comes once, in the order in which all were published, and under the id that it
// has for everybody. The id leads back to the place in all of them.
TEST_CASE_METHOD(list_fixture, "several topics in one stream")
{
    std::string id;
    {
        stream client(time, following(both()), request::get("/"));
        auto const first = publish(orders, "o1");
        id = publish(alerts, "a1");
        auto const third = publish(orders, "o2");
        CHECK(data_of(client) == texts{"o1", "a1", "o2"});
        CHECK(client.events()[0].id() == first);
        CHECK(client.events()[1].id() == id);
        CHECK(client.events()[2].id() == third);
    }
    publish(alerts, "a2");
    stream back(time, following(both()), coming_back_with(id));
    CHECK(data_of(back) == texts{"o2", "a2"});
    publish(alerts, "a3");
    CHECK(data_of(back) == texts{"o2", "a2", "a3"});
    stream further(time, following(both()), coming_back_with(back.events().back().id()));
    CHECK(data_of(further).empty());
}

// Many events of many topics in one turn come in the order of their numbers, to one that keeps pace and to
// one that catches up, a slow one too: else its id would pass over some.
TEST_CASE_METHOD(list_fixture, "many events of several topics in one turn")
{
    topic_registry wide;
    wide.add("{name}");
    topic_list list;
    std::vector<topic> all;
    for (int i = 0; i < 10; ++i)
        list.add(all.emplace_back(*wide.get(std::to_string(i))), from_oldest());
    auto const start = all[0].position();
    stream quick(time, following(list), request::get("/"));
    stream slow(time, following(list), request::get("/"));
    slow.stop_reading(30);
    texts sent;
    for (int turn = 0; turn < 30; ++turn) {
        for (int i = 0; i < turn * 5; ++i) {
            sent.push_back(std::to_string(sent.size()));
            all[static_cast<std::size_t>((turn * 7 + i * i) % 10)].publish({.data = sent.back()});
        }
        time.run_until_idle();
        slow.stop_reading(1'000);
    }
    slow.resume_reading();
    time.run_until_idle();
    CHECK(data_of(quick) == sent);
    CHECK(data_of(slow) == sent);
    for (std::size_t i = 0; i < sent.size(); i += 97) {
        stream back(time, following(list), coming_back_with(quick.events()[i].id()));
        auto const got = data_of(back);
        CHECK(got == texts(sent.begin() + static_cast<std::ptrdiff_t>(i) + 1, sent.end()));
    }
    stream whole(time, following(list), coming_back_with(start));
    CHECK(data_of(whole) == sent);
}

// A publisher's id stands in a stream of one topic; in one of several it is the number's. It leads back all
// the same, to the lowest place where more than one topic has it.
TEST_CASE_METHOD(list_fixture, "several topics and own ids")
{
    stream client(time, following(both()), request::get("/"));
    orders.publish({.id = "one/&=x", .data = "o1"});
    alerts.publish({.id = "one/&=x", .data = "a1"});
    time.run_until_idle();
    REQUIRE(client.events().size() == 2);
    orders.publish({.id = "two", .data = "o2"});
    stream back(time, following(both()), coming_back_with(client.events()[1].id()));
    CHECK(data_of(back) == texts{"o2"});
    stream lowest(time, following(both()), coming_back_with("one/&=x"));
    CHECK(data_of(lowest) == texts{"a1", "o2"});
    stream single(time, following(orders), coming_back_with("one/&=x"));
    REQUIRE(data_of(single) == texts{"o2"});
    CHECK(single.events()[0].id() == "two");
}

// Also one that looks like a place in an order of others.
TEST_CASE_METHOD(list_fixture, "own ids of letters and a number")
{
    topic alone({.name = "alone"});
    auto list = both();
    list.add(alone, from_oldest());
    orders.publish({.id = "order-17", .data = "o1"});
    publish(orders, "o2");
    publish(alone, "x1");
    stream single(time, following(orders), coming_back_with("order-17"));
    CHECK(data_of(single) == texts{"o2"});
    stream several(time, following(list), coming_back_with("order-17"));
    CHECK(data_of(several) == texts{"o2", "x1"});
}

// Each topic tells of its own gap, by its name; the other resumes.
TEST_CASE_METHOD(list_fixture, "a gap in one of several topics")
{
    publish(orders, "o1");
    auto const id = publish(alerts, "a1");
    for (auto const* data : {"o2", "o3", "o4", "o5"})
        publish(orders, data);
    publish(alerts, "a2");
    stream back(time, following(both()), coming_back_with(id));
    REQUIRE(back.events().size() == 2);
    CHECK(back.events()[0].type() == "tidings-reset");
    CHECK(back.events()[0].data().starts_with(R"({"reason":"evicted")"));
    CHECK(back.events()[0].data().ends_with(R"(,"topic":"orders"})"));
    CHECK(back.events()[1].data() == "a2");
}

// A client is busy with one topic while another moves on past its history: it is told of what it lost of
// that.
TEST_CASE_METHOD(list_fixture, "a gap in one topic while another waits for the client")
{
    topic news{{.name = "news", .max_events = 3, .overflow = overflow::drop_oldest}};
    topic_list list;
    list.add(orders).add(news);
    stream client(time, following(list), request::get("/"));
    publish(news, "n1");
    client.stop_reading(5);
    publish(orders, "o1");
    publish(orders, "o2");
    for (auto const* data : {"n2", "n3", "n4", "n5", "n6"})
        news.publish({.data = data});
    time.run_until_idle();
    publish(news, "n7");
    client.resume_reading();
    time.run_until_idle();
    REQUIRE(client.events().size() == 7);
    auto const got = data_of(client);
    auto const reset = std::ranges::find_if(got, [](auto const& data) { return data.starts_with('{'); });
    REQUIRE(reset != got.end());
    CHECK(reset->starts_with(R"({"reason":"overflowed")"));
    CHECK(reset->ends_with(R"(,"topic":"news"})"));
    for (auto const* data : {"n1", "o1", "o2", "n5", "n6", "n7"})
        CHECK(std::ranges::count(got, data) == 1);
}

// An id is one of the order, whatever the company: a topic that is new to the client goes on behind it like
// the others, and one that is no longer asked for plays no part.
TEST_CASE_METHOD(list_fixture, "ids of other streams of the registry")
{
    publish(orders, "o1");
    auto const id = publish(alerts, "a1");
    publish(orders, "o2");
    publish(alerts, "a2");
    topic_list list;
    list.add(orders).add(*all.get("new"), from_oldest());
    stream back(time, following(list), coming_back_with(id));
    CHECK(data_of(back) == texts{"o2"});
    stream single(time, following(alerts), coming_back_with(id));
    CHECK(data_of(single) == texts{"a2"});
    stream placed(time, following(alerts, from_id(id)), request::get("/"));
    CHECK(data_of(placed) == texts{"a2"});
}

// Topics of several orders: an id has a number for each. One that it does not name begins where the list
// says, and one that is no longer asked for plays no part.
TEST_CASE_METHOD(list_fixture, "topics of several orders")
{
    topic alone({.name = "alone"});
    auto list = both();
    list.add(alone, from_oldest());
    std::string id;
    {
        stream client(time, following(list), request::get("/"));
        publish(orders, "o1");
        publish(alone, "x1");
        publish(alerts, "a1");
        CHECK(data_of(client) == texts{"o1", "x1", "a1"});
        id = client.events()[1].id();
        CHECK(id == client.events()[0].id().substr(0, id.find('.')) + '.' + alone.position());
    }
    publish(alone, "x2");
    stream back(time, following(list), coming_back_with(id));
    CHECK(data_of(back) == texts{"a1", "x2"});
    stream fewer(time, following(alone), coming_back_with(id));
    CHECK(data_of(fewer) == texts{"x2"});
    stream more(time, following(list), coming_back_with(orders.position()));
    CHECK(data_of(more) == texts{"a1", "x1", "x2"});
}

// What leads nowhere in a whole order is told once, not for each of its topics: an id that nobody knows, one
// of an earlier life, one of the earlier form, and one from the future.
TEST_CASE_METHOD(list_fixture, "an id that no order knows")
{
    auto const first = publish(orders, "o1");
    publish(alerts, "a1");
    std::string const epoch = first.substr(0, first.find('-'));
    auto const check = [&](std::string const& id, std::string const& reason) {
        stream back(time, following(both()), coming_back_with(id));
        REQUIRE(back.events().size() == 1);
        CHECK(back.events()[0].type() == "tidings-reset");
        CHECK(back.events()[0].id().empty());
        CHECK(back.events()[0].data() == R"({"reason":")" + reason + R"(","oldest":")" + first + R"("})");
        CHECK(back.text().find("id: ") != std::string::npos); // its place from now on
    };
    check("0123456789ab-7", "restarted");
    check("orders=" + first + "&alerts%20%26%20more=0123456789ab-2", "restarted");
    check("unknown", "unknown_id");
    check(epoch + "-3", "unknown_id");
    check(epoch + "-99999999999999999999", "unknown_id");
}

// One of the orders has begun anew: the id names another one in its place, and the client is told.
TEST_CASE_METHOD(list_fixture, "one of several orders has begun anew")
{
    auto const id = publish(orders, "o1");
    topic alone({.name = "alone"});
    publish(alone, "x1");
    publish(orders, "o2");
    auto list = both();
    list.add(alone, from_oldest());
    stream back(time, following(list), coming_back_with(id + ".0123456789ab-7"));
    CHECK(data_of(back).size() == 3);
    CHECK(back.events()[0].data().starts_with(R"({"reason":"restarted")"));
    CHECK(back.events()[1].data() == "o2");
}

// A topic has lost what its client wants, and another order has begun anew: the client is told of both.
TEST_CASE_METHOD(list_fixture, "a gap in one order while another has begun anew")
{
    auto const id = publish(orders, "o1");
    for (int i = 2; i < 7; ++i)
        publish(orders, "o" + std::to_string(i));
    topic alone({.name = "alone"});
    auto list = both();
    list.add(alone);
    stream back(time, following(list), coming_back_with(id + ".0123456789ab-7"));
    REQUIRE(back.events().size() == 2);
    CHECK(back.events()[0].data().starts_with(R"({"reason":"evicted")"));
    CHECK(back.events()[0].data().ends_with(R"("topic":"orders"})"));
    CHECK(back.events()[1].data() == R"({"reason":"restarted","oldest":""})");
}

// A client that gets nothing at once is sent its place, in all topics.
TEST_CASE_METHOD(list_fixture, "a client learns its place in a new topic")
{
    publish(orders, "o1");
    auto const id = publish(alerts, "a1");
    stream fresh(time, following(both()), request::get("/"));
    CHECK(without_retry(fresh.text()) == place_text(id));
}

// The id of a stream is as short for a thousand topics as for one.
TEST_CASE_METHOD(list_fixture, "a stream of a thousand topics")
{
    topic_list list;
    for (int i = 0; i < 1'000; ++i)
        list.add(*all.get("topic " + std::to_string(i)));
    stream client(time, following(list), request::get("/"));
    auto const id = all.get("topic 999")->publish({.data = "x"}).id;
    time.run_until_idle();
    CHECK(id.size() < 32);
    REQUIRE(client.events().size() == 1);
    CHECK(client.events()[0].id() == id);
    all.get("topic 0")->publish({.data = "y"});
    stream back(time, following(list), coming_back_with(id));
    CHECK(data_of(back) == texts{"y"});
}

// Of so many orders that ids could not come back in a header there is no stream.
TEST_CASE_METHOD(list_fixture, "a stream of too many orders")
{
    auto const list_of = [](int count) {
        topic_list list;
        for (int i = 0; i < count; ++i)
            list.add(topic({.name = std::to_string(i)}));
        return list;
    };
    auto const ctx = context::root(time.loop().get_executor());
    CHECK_NOTHROW(subscription(ctx, list_of(32)));
    CHECK_THROWS_AS(subscription(ctx, list_of(33)), std::invalid_argument);
}

// A client that is too slow for one topic gets the other all the same.
TEST_CASE_METHOD(list_fixture, "no topic starves another")
{
    topic busy({.name = "busy"});
    topic_list list;
    list.add(busy).add(alerts);
    stream client(time, following(list), request::get("/"));
    client.stop_reading();
    publish(busy, "b");
    publish(alerts, "a1");
    for (int i = 0; i < 10; ++i) {
        for (int k = 0; k < 10; ++k)
            publish(busy, std::string(100, 'b'));
        client.stop_reading(500);
    }
    CHECK(std::ranges::count(data_of(client), "a1") == 1);
}
