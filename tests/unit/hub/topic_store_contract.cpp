// SPDX-License-Identifier: BSL-1.0
// What a registry does with what other processes publish, with a store that loses what it had kept, and with
// one that breaks its contract: nobody misses anything without being told.
#include "store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <limits>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using Catch::Matchers::ContainsSubstring;
using tidings::testing::stream;

namespace {

constexpr auto largest = std::numeric_limits<std::uint64_t>::max();

} // namespace

// What another process has published comes among the own events, under the same ids.
TEST_CASE_METHOD(store_fixture, "events of another process")
{
    topic orders = open();
    stream client(time, following(orders), request::get("/"));
    store->publish("orders", {.own_id = "theirs", .text = "event: note\ndata: a\n\n"});
    keep(orders, "b");
    store->publish("orders", "c");
    time.run_until_idle();
    CHECK(data_of(client) == texts{"a", "b", "c"});
    CHECK(client.events()[0].id() == "theirs");
    CHECK(client.events()[0].type() == "note");
    CHECK(client.events()[1].id() == "000000000000-2");
    CHECK(orders.position() == "000000000000-3");
    CHECK_THROWS_AS(orders.try_publish({.id = "theirs", .data = "d"}), std::invalid_argument);
    stream back(time, following(orders), coming_back_with("theirs"));
    CHECK(data_of(back) == texts{"b", "c"});
}

// They count as any event: for the bounds of the topic, for its key, and as a first event.
TEST_CASE_METHOD(store_fixture, "events of another process have their place")
{
    topic prices = open(3, overflow::keep_latest);
    store->publish("orders", {.key = "oil", .text = "data: 1\n\n"});
    CHECK(all->stats().topics == 1);
    store->publish("orders", {.key = "oil", .text = "data: 2\n\n"});
    store->publish("orders", {.key = "gas", .text = "data: 3\n\n"});
    CHECK(prices.stats().history_count == 2);
    CHECK(store->events_of("orders").size() == 2);
    store->publish("nobody's", "x");
    CHECK_FALSE(all->find("nobody's"));
}

// A publisher that waits for its answer is told the number, also when others came before it.
TEST_CASE_METHOD(store_fixture, "a publisher beside another process")
{
    topic orders = open();
    auto const waiting = run(time, orders.publish(ctx, {.data = "a"}));
    store->publish("orders", "b");
    store->keep_next();
    time.run_until_idle();
    REQUIRE(waiting->value);
    CHECK(waiting->value->id == "000000000000-2");
}

// A hole in what a store tells is told: who follows is sent away, and gets a reset when it comes back.
TEST_CASE_METHOD(store_fixture, "a store that leaves out an event")
{
    topic orders = open();
    stream client(time, following(orders), request::get("/"));
    keep(orders, "a");
    store->tell("orders", {.number = 5, .previous = 4, .text = "data: e\n\n"});
    time.run_until_idle();
    CHECK(data_of(client) == texts{"a"});
    CHECK(client.comments() == texts{"disconnected"});
    stream back(time, following(orders), coming_back_with(client.events()[0].id()));
    CHECK_THAT(reset_of(back), ContainsSubstring("evicted"));
    CHECK(lines.size() == 1);
    CHECK_THAT(lines.at(0), ContainsSubstring("the store of the test") && ContainsSubstring("number 5"));
}

// What a store should never tell is left out. Whoever may have missed an event by that is told; the topic
// goes on.
TEST_CASE_METHOD(store_fixture, "a store that breaks its contract")
{
    topic orders = open();
    stream client(time, following(orders), request::get("/"));
    keep(orders, "a");
    auto const id = client.events()[0].id();
    struct breach
    {
        stored_event event;
        char const* said;
        bool is_told;
    };
    auto const each = GENERATE_COPY(values<breach>({
        {{.number = 1, .previous = 1, .text = "data: x\n\n"}, "does not increase", false},
        {{.number = 0, .previous = 1, .text = "data: x\n\n"}, "does not increase", false},
        {{.number = largest, .previous = 1, .text = "data: x\n\n"}, "does not increase", false},
        {{.number = 2, .previous = 1, .text = "data: x"}, "not that of one event", true},
        {{.number = 2, .previous = 1, .text = "id: 7\ndata: x\n\n"}, "not that of one event", true},
        {{.number = 2, .previous = 1, .text = "data: \xff\n\n"}, "not that of one event", true},
        {{.number = 2, .previous = 1, .own_id = "a\nb", .text = "data: x\n\n"}, "no publisher may use", true},
    }));
    store->tell("orders", each.event);
    time.run_until_idle();
    CHECK(data_of(client) == texts{"a"});
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], ContainsSubstring(each.said) && ContainsSubstring("the store of the test"));
    store->tell("orders", each.event); // as often as it likes
    CHECK(lines.size() == 1);
    stream back(time, following(orders), coming_back_with(id));
    if (each.is_told)
        CHECK_THAT(reset_of(back), ContainsSubstring("evicted"));
    else
        CHECK(data_of(back).empty());
    store->tell("orders", {.number = 9, .previous = each.is_told ? 2u : 1u, .text = "data: later\n\n"});
    time.run_until_idle();
    CHECK(data_of(back).back() == "later");
}

// What is damaged in a store is left out and said, and who comes back from before it is told.
TEST_CASE_METHOD(store_fixture, "a topic with damaged events in its store")
{
    for (auto const* data : {"a", "b", "c", "d"})
        store->publish("orders", data);
    store->events_of("orders")[2].text = "damaged";
    topic const orders = open(10);
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0],
               ContainsSubstring("the store of the test: 1 events of the topic \"orders\" are damaged") &&
                   ContainsSubstring("number 2: its text"));
    stream before(time, following(orders), coming_back_with("000000000000-1"));
    CHECK_THAT(reset_of(before), ContainsSubstring("evicted"));
    stream behind(time, following(orders), coming_back_with("000000000000-2"));
    CHECK(data_of(behind) == texts{"c", "d"});
}

// What was deleted before the topic was opened is told, also when nothing is left.
TEST_CASE_METHOD(store_fixture, "events that a store has deleted")
{
    for (auto const* data : {"a", "b", "c"})
        store->publish("orders", data);
    std::uint64_t const below = GENERATE(3u, 4u);
    store->forget_before("orders", below);
    topic const orders = open(10);
    stream before(time, following(orders), coming_back_with("000000000000-1"));
    CHECK_THAT(reset_of(before), ContainsSubstring("evicted"));
    stream behind(time, following(orders), coming_back_with("000000000000-2"));
    CHECK((below == 4) == !reset_of(behind).empty());
    stream now(time, following(orders), coming_back_with("000000000000-3"));
    CHECK(reset_of(now).empty());
}

// A store that has lost what it said to be kept begins another life: who follows is sent away, and told that
// its place is of the life before; what is published goes on under the new one.
TEST_CASE_METHOD(store_fixture, "a store begins another life")
{
    add("{name...}");
    topic orders = open("orders");
    topic other = open("other");
    stream client(time, following(orders), request::get("/"));
    keep(orders, "a");
    keep(other, "b");
    auto const before = client.events()[0].id();
    auto const reading = run(time, all->open(ctx, "third"));
    store->open_next();

    store->lose_everything();
    time.run_until_idle();
    CHECK(client.comments() == texts{"disconnected"});
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0],
               ContainsSubstring("the store of the test") && ContainsSubstring("starts a new life"));

    // Until it was opened again nobody gets in, and publishers wait for the store.
    stream too_early(time, following(orders), coming_back_with(before));
    time.run_until_idle();
    CHECK(too_early.comments() == texts{"disconnected"});
    auto const waiting = run(time, orders.publish(ctx, {.data = "c"}));
    store->open_all();
    store->keep_all();
    time.run_until_idle();
    REQUIRE(waiting->value);
    CHECK(waiting->value->id == "000000000001-1");
    REQUIRE(reading->value);
    CHECK((**reading->value).position() == "000000000001-1");

    stream back(time, following(orders), coming_back_with(before));
    CHECK_THAT(reset_of(back), ContainsSubstring("restarted"));
    keep(orders, "d");
    CHECK(data_of(back).back() == "d");
    keep(other, "e");
    CHECK(other.position() == "000000000001-3");
    CHECK(store->opens_of("orders") == 2);
    {
        topic const last = std::move(orders);
    }
}

// A store that has lost its tail: who had more is told, also one who comes later or to a process that was
// started afterwards, and gets what came instead. Who had not, and who follows other topics, notices nothing.
TEST_CASE_METHOD(store_fixture, "a store is rolled back")
{
    add("{name...}");
    topic const orders = open("orders");
    topic const other = open("other");
    stream both(time, following(orders), request::get("/"));
    stream untouched(time, following(other), request::get("/"));
    keep(orders, "a");
    keep(other, "b");
    keep(orders, "c");
    auto const lost = both.events()[1].id();

    store->roll_back(2, 100);
    time.run_until_idle();
    CHECK(both.comments() == texts{"disconnected"});
    CHECK(untouched.comments().empty());
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], ContainsSubstring("the store of the test: it has lost its newest events"));
    store->open_all();
    time.run_until_idle();
    keep(orders, "d");
    keep(other, "e");
    CHECK(data_of(untouched) == texts{"b", "e"});
    CHECK(untouched.events()[1].id() == "000000000000-102");

    bool const is_fresh = GENERATE(false, true);
    if (is_fresh) {
        restart();
        add("{name...}");
    }
    stream back(time, following(open("orders")), coming_back_with(lost));
    CHECK_THAT(reset_of(back), ContainsSubstring(R"("reason":"rolled_back")"));
    CHECK(data_of(back).back() == "d");
    stream before(time, following(open("orders")), coming_back_with("000000000000-1"));
    CHECK(data_of(before) == texts{"d"});
    stream quiet(time, following(open("other")), coming_back_with("000000000000-100"));
    CHECK(data_of(quiet) == texts{"e"});
}

// One that goes on behind a gap, and has everything that was told of, is no news: not for clients, and not
// for the log.
TEST_CASE_METHOD(store_fixture, "a store goes on anew and has lost nothing")
{
    topic const orders = open();
    stream client(time, following(orders), request::get("/"));
    keep(orders, "a");
    store->roll_back(1, 100);
    keep(orders, "b");
    CHECK(lines.empty());
    CHECK(client.comments().empty());
    CHECK(client.events()[1].id() == "000000000000-101");
}

// While topics are read anew, one may be rolled back once more.
TEST_CASE_METHOD(store_fixture, "a store is rolled back while a topic is read")
{
    topic const orders = open();
    keep(orders, "a");
    keep(orders, "b");
    keep(orders, "c");
    store->roll_back(2, 100);
    store->open_next();
    store->roll_back(1, 200);
    store->open_all();
    keep(orders, "d");
    stream back(time, following(orders), coming_back_with("000000000000-2"));
    CHECK_THAT(reset_of(back), ContainsSubstring("rolled_back"));
    CHECK(data_of(back).back() == "d");
    stream all_of_it(time, following(orders), coming_back_with("000000000000-1"));
    CHECK(data_of(all_of_it) == texts{"d"});
}

// Numbers that no rollback can have change nothing.
TEST_CASE_METHOD(store_fixture, "a store with an impossible rollback")
{
    topic const orders = open();
    stream client(time, following(orders), request::get("/"));
    keep(orders, "a");
    store->roll_back(5, 5);
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], ContainsSubstring("impossible numbers"));
    CHECK(client.comments().empty());
}

// What no store can be in is not used: its topics cannot be opened.
TEST_CASE_METHOD(store_fixture, "a store with an impossible epoch")
{
    store = std::make_shared<scripted_store>(time, "a\nb");
    add("{name...}");
    auto const opening = run(time, all->open(ctx, "orders"));
    store->open_all();
    time.run_until_idle();
    REQUIRE(opening->failure);
    CHECK_THROWS_AS(std::rethrow_exception(opening->failure), std::runtime_error);
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], ContainsSubstring("impossible epoch"));
}

// A store that never answers keeps nobody alive: topic, registry and store go with their handles.
TEST_CASE_METHOD(store_fixture, "a store that never answers")
{
    add("{name...}");
    topic orders = open("orders");
    CHECK(orders.try_publish({.data = "a"}));
    auto const opening = run(time, all->open(ctx, "other"));
    std::weak_ptr<scripted_store> const gone = store;
    all.reset();
    {
        topic const last = std::move(orders);
    }
    store.reset();
    CHECK(gone.expired());
    time.run_until_idle();
    CHECK_FALSE(opening->value);
}
