// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/subscription.hpp>
#include <tidings/hub/topic_list.hpp>

#include "list_fixture.hpp"
#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;

namespace {

boost::asio::awaitable<void> attach_or_say_why(topic_list list, std::string& why, context, request const&,
                                               event_stream& out)
{
    try {
        list.attach(out);
    } catch (std::invalid_argument const& error) {
        why = error.what();
    }
    co_return;
}

} // namespace

// Each event of several topics comes once, and its id leads back to the place in all of them.
TEST_CASE_METHOD(list_fixture, "several topics in one stream")
{
    std::string id;
    {
        stream client(time, following(both()), request::get("/"));
        publish(orders, "o1");
        publish(alerts, "a1");
        publish(orders, "o2");
        CHECK(data_of(client) == texts{"o1", "a1", "o2"});
        id = client.events()[1].id(); // o1 and a1 are known
    }
    publish(alerts, "a2");
    stream back(time, following(both()), coming_back_with(id));
    CHECK(data_of(back) == texts{"o2", "a2"});
    publish(alerts, "a3");
    CHECK(data_of(back) == texts{"o2", "a2", "a3"});
    stream further(time, following(both()), coming_back_with(back.events().back().id()));
    CHECK(data_of(further).empty());
}

// Own ids do not matter in a stream of several topics.
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
}

// Each topic tells of its own gap, by its name; the other resumes.
TEST_CASE_METHOD(list_fixture, "a gap in one of several topics")
{
    std::string id;
    {
        stream client(time, following(both()), request::get("/"));
        publish(orders, "o1");
        publish(alerts, "a1");
        id = client.events()[1].id();
    }
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
    CHECK(client.events()[3].type() == "tidings-reset");
    CHECK(client.events()[3].data().starts_with(R"({"reason":"overflowed")"));
    auto const got = data_of(client);
    CHECK(texts(got.begin(), got.begin() + 3) == texts{"n1", "o1", "o2"});
    CHECK(texts(got.begin() + 4, got.end()) == texts{"n5", "n6", "n7"});
}

// Each topic resumes by itself, whatever the company: one that is new to the client begins where the list
// says, and one that is no longer asked for plays no part.
TEST_CASE_METHOD(list_fixture, "ids of other streams")
{
    publish(orders, "o1");
    auto const first = orders.position();
    publish(orders, "o2");
    publish(alerts, "a1");
    auto const first_alert = alerts.position();
    publish(alerts, "a2");
    topic_list list;
    list.add(orders).add(alerts, from_oldest());
    std::string const other = "gone=0123456789ab-7";
    SECTION("with a topic fewer, or more")
    {
        for (auto const& id : {"orders=" + first, "orders=" + first + '&' + other, first}) {
            stream back(time, following(list), coming_back_with(id));
            CHECK(data_of(back) == texts{"o2", "a1", "a2"});
        }
    }
    SECTION("of two topics, of which one is left")
    {
        auto const id = "orders=" + first + "&alerts%20%26%20more=" + first_alert;
        stream back(time, following(alerts), coming_back_with(id));
        CHECK(data_of(back) == texts{"a2"});
        stream fresh(time, following(alerts, from_oldest()), coming_back_with("orders=" + first));
        CHECK(data_of(fresh) == texts{"a1", "a2"});
        stream placed(time, following(alerts, from_id(id)), request::get("/"));
        CHECK(data_of(placed) == texts{"a2"});
    }
    SECTION("that no topic knows")
    {
        for (auto const* id : {"0123456789ab-7", "unknown"}) {
            stream back(time, following(list), coming_back_with(id));
            REQUIRE(back.events().size() == 2);
            CHECK(back.events()[0].data().ends_with(R"("topic":"orders"})"));
            CHECK(back.events()[1].data().ends_with(R"("topic":"alerts & more"})"));
        }
    }
}

// A client whose id lacks a topic is sent its place in all of them: else what comes to the new one while the
// client is away would be lost in silence.
TEST_CASE_METHOD(list_fixture, "a client learns its place in a new topic")
{
    publish(orders, "o1");
    stream back(time, following(both()), coming_back_with("orders=" + orders.position()));
    CHECK(back.text() ==
          "id: orders=" + orders.position() + "&alerts%20%26%20more=" + alerts.position() + "\n\n");
}

// The server gives out no id that is too long to come back: such a stream is refused when it is opened.
TEST_CASE_METHOD(list_fixture, "a stream of so many topics that its ids could become too long")
{
    auto const list_of = [](std::size_t count, std::size_t name_size) {
        topic_list list;
        for (std::size_t i = 0; i < count; ++i) {
            std::string name = std::to_string(i);
            name.insert(0, name_size - name.size(), 'n');
            list.add(topic({.name = std::move(name)}));
        }
        return list;
    };
    auto const refusal = [&](topic_list const& list) {
        std::string text;
        stream client(time, std::bind_front(attach_or_say_why, list, std::ref(text)), request::get("/"));
        return text;
    };
    CHECK(refusal(list_of(26, 8)).empty());
    auto const text = refusal(list_of(27, 8));
    CHECK(text.starts_with("tidings: the ids of a stream of these 27 topics could grow to 1062 bytes"));
    CHECK(refusal(list_of(2, 255)).empty());
    auto const ctx = context::root(time.loop().get_executor());
    CHECK_THROWS_AS(subscription(ctx, list_of(64, 8)), std::invalid_argument);
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
