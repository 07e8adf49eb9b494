// SPDX-License-Identifier: BSL-1.0
// The store for tests, as the tests of an application use it: by handlers, in virtual time.
#include <tidings/hub/topic_registry.hpp>
#include <tidings/testing/store.hpp>
#include <tidings/testing/stream.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace tidings;
using Catch::Matchers::ContainsSubstring;

namespace {

asio::awaitable<void> follow_orders(topic_registry const& topics, context ctx, request const&,
                                    event_stream& out)
{
    auto const orders = co_await topics.open(ctx, "orders");
    if (orders)
        co_await orders->follow(ctx, out);
}

// Answers what became of it.
asio::awaitable<response> publish_order(topic_registry const& topics, context ctx, request const& request)
{
    std::string said;
    try {
        auto const orders = co_await topics.open(ctx, "orders");
        auto const done = co_await orders->publish(ctx, {.data = request.body()});
        said = done ? done.id : "refused";
    } catch (std::runtime_error const& error) {
        said = error.what();
    }
    co_return response::text(said);
}

class orders_fixture
{
public:
    orders_fixture() { topics.add("{name...}", {.store = store}); }

    testing::stream follow(std::string const& id = {})
    {
        auto asked = request::get("/");
        if (!id.empty())
            asked = std::move(asked).with_header("Last-Event-ID", id);
        return {time, std::bind_front(follow_orders, std::cref(topics)), std::move(asked)};
    }
    testing::stream publish(std::string data)
    {
        return {time, std::bind_front(publish_order, std::cref(topics)), request::post("/", std::move(data))};
    }

    testing::virtual_time time;
    std::shared_ptr<testing::store> store = std::make_shared<testing::store>(time);
    topic_registry topics{{.log = [](log_level, std::string_view) {}}};
};

std::string body_of(testing::stream const& of)
{
    return of.is_over() ? std::string(of.text()) : "no answer yet";
}

std::vector<std::string> texts_of(testing::stream& of)
{
    std::vector<std::string> all;
    for (auto const& each : of.events())
        all.push_back(each.data());
    return all;
}

} // namespace

// By itself it answers at once, and brings what other processes publish.
TEST_CASE_METHOD(orders_fixture, "the store for tests keeps what is published")
{
    auto client = follow();
    auto first = publish("a");
    CHECK_THAT(body_of(first), ContainsSubstring("-1"));
    store->publish("orders", {.id = "theirs", .type = "note", .data = "b"});
    REQUIRE(texts_of(client) == std::vector<std::string>{"a", "b"});
    CHECK(client.events()[1].id() == "theirs");
    CHECK(client.events()[1].type() == "note");
    CHECK(store->events_of("orders").size() == 2);
    CHECK(store->opens_of("orders") == 1);
    CHECK_THROWS_AS(store->publish("orders", {.type = "a\nb"}), std::invalid_argument);
    store->max_appends = 0;
    auto refused = publish("c");
    CHECK(body_of(refused) == "refused");
}

// While it is away all waits, and the test decides what becomes of it.
TEST_CASE_METHOD(orders_fixture, "the store for tests is away")
{
    store->go_away();
    auto client = follow();
    auto first = publish("a");
    time.run_until_idle();
    CHECK(store->waiting_openings() == 1); // both want the same topic
    CHECK(body_of(first) == "no answer yet");
    CHECK_THROWS_AS(store->keep_next(), std::logic_error);
    store->open_next();
    time.run_until_idle();
    REQUIRE(store->waiting_appends() == 1);
    auto second = publish("b");
    auto third = publish("c");
    store->keep_next();
    store->refuse_next("the disk is full");
    store->cut_next();
    time.run_until_idle();
    CHECK_THAT(body_of(first), ContainsSubstring("-1"));
    CHECK(body_of(second) == "the disk is full");
    CHECK(body_of(third) == "no answer yet");
    CHECK(texts_of(client) == std::vector<std::string>{"a", "c"});
    auto fourth = publish("d");
    CHECK(store->waiting_appends() == 1);
    store->come_back();
    time.run_until_idle();
    CHECK_THAT(body_of(third), ContainsSubstring("-2"));
    CHECK_THAT(body_of(fourth), ContainsSubstring("-3"));
    CHECK(texts_of(client) == std::vector<std::string>{"a", "c", "d"});
    CHECK(client.comments().size() == 2); // that it is away, and back
}

TEST_CASE_METHOD(orders_fixture, "the store for tests refuses to open and to read")
{
    store->publish("orders", {.data = "a"});
    store->go_away();
    auto first = publish("b");
    store->refuse_open("the disk is gone");
    time.run_until_idle();
    CHECK(body_of(first) == "the disk is gone");
    auto second = publish("b");
    store->open_next();
    time.run_until_idle();
    REQUIRE(store->waiting_readings() == 1);
    store->refuse_read("the disk is damaged");
    time.run_until_idle();
    CHECK(body_of(second) == "the disk is damaged");
}

// Whoever had what is lost is told when it comes back; who had not, notices nothing. Numbers do not come
// twice.
TEST_CASE_METHOD(orders_fixture, "the store for tests is rolled back")
{
    auto client = follow();
    auto first = publish("a");
    auto before = follow();
    auto second = publish("b");
    auto const had_both = client.last_event_id();
    auto const had_one = client.events()[0].id();
    store->roll_back(1);
    time.run_until_idle();
    CHECK(client.is_over());
    auto third = publish("c");
    auto back = follow(had_both);
    REQUIRE(back.events().size() == 2);
    CHECK(back.events()[0].type() == "tidings-reset");
    CHECK_THAT(back.events()[0].data(), ContainsSubstring("rolled_back"));
    CHECK(back.events()[1].data() == "c");
    auto other = follow(had_one);
    CHECK(texts_of(other) == std::vector<std::string>{"c"});
    store->roll_back(100);
    CHECK(store->events_of("orders").empty());
}

TEST_CASE_METHOD(orders_fixture, "the store for tests loses everything")
{
    auto client = follow();
    auto first = publish("a");
    store->lose_everything();
    time.run_until_idle();
    CHECK(client.is_over());
    auto back = follow(client.last_event_id());
    REQUIRE(back.events().size() == 1);
    CHECK_THAT(back.events()[0].data(), ContainsSubstring("restarted"));
    auto const before = body_of(first);
    auto second = publish("a");
    CHECK(body_of(second) != before);
}

// The next process finds what was kept.
TEST_CASE_METHOD(orders_fixture, "the store for tests is found again")
{
    auto first = publish("a");
    auto const next = std::make_shared<testing::store>(time, *store);
    topic_registry topics_of_next;
    topics_of_next.add("{name...}", {.store = next});
    testing::stream client(time, std::bind_front(follow_orders, std::cref(topics_of_next)),
                           request::get("/").with_header("Last-Event-ID", body_of(first)));
    next->publish("orders", {.data = "b"});
    CHECK(texts_of(client) == std::vector<std::string>{"b"});
    CHECK(next->events_of("orders").size() == 2);
    CHECK_THROWS_AS(topics.add("more/{name}", {.store = next}), std::logic_error);
}

// What waits when it goes is answered.
TEST_CASE_METHOD(orders_fixture, "the store for tests goes")
{
    store->go_away();
    std::string said;
    store->open("orders", {}, [&](topic_store::opened const& got) {
        try {
            std::rethrow_exception(got.error);
        } catch (std::runtime_error const& error) {
            said = error.what();
        }
    });
    topics = topic_registry();
    store.reset();
    CHECK(said == "the store is gone");
}
