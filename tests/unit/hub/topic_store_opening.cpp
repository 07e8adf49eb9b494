// SPDX-License-Identifier: BSL-1.0
// How a topic of a store comes into memory.
#include "store_fixture.hpp"

#include <boost/asio/post.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using Catch::Matchers::ContainsSubstring;
using tidings::testing::stream;

namespace {

std::string failure_of(std::exception_ptr const& failure)
{
    REQUIRE(failure);
    try {
        std::rethrow_exception(failure);
    } catch (std::exception const& known) {
        return known.what();
    }
}

} // namespace

// The history is read in pages; what is published meanwhile, here or elsewhere, comes behind it, once.
TEST_CASE_METHOD(store_fixture, "events that come while a topic is being read")
{
    add("{name...}");
    for (auto const* data : {"a", "b", "c", "d", "e"})
        store->publish("orders", data);
    auto const opening = run(time, all->open(ctx, "orders"));
    store->open_next();
    store->publish("orders", "f");
    store->read_next();
    store->publish("orders", "g");
    CHECK_FALSE(opening->value);
    CHECK_FALSE(all->find("orders"));
    store->open_all();
    time.run_until_idle();
    REQUIRE(opening->value);
    topic const orders = opening->value->value();
    store->publish("orders", "h");
    stream client(time, following(orders, from_oldest()), request::get("/"));
    CHECK(data_of(client) == texts{"a", "b", "c", "d", "e", "f", "g", "h"});
    CHECK(lines.empty());
}

// All who ask for one topic wait for one answer, and are given the same topic.
TEST_CASE_METHOD(store_fixture, "a topic is opened once")
{
    add("{name...}");
    auto const one = run(time, all->open(ctx, "orders"));
    auto const two = run(time, all->open(ctx, "orders"));
    CHECK(store->waiting_openings() == 1);
    store->open_all();
    time.run_until_idle();
    REQUIRE(one->value);
    REQUIRE(two->value);
    auto const three = run(time, all->open(ctx, "orders"));
    REQUIRE(three->value);
    CHECK(store->opens_of("orders") == 1);
    (void)(**one->value).try_publish({.data = "a"});
    store->keep_all();
    CHECK((**two->value).stats().published == 1);
    CHECK((**three->value).stats().published == 1);
}

// Who does not wait to the end leaves the opening to the others; a topic that nobody wants any more is closed
// in its store.
TEST_CASE_METHOD(store_fixture, "an opening that nobody waits for any more")
{
    add("{name...}");
    auto limited = with_timeout(ctx, 1s);
    auto const opening = run(time, all->open(limited, "orders"));
    time.advance(1s);
    REQUIRE(opening->value);
    CHECK_FALSE(opening->value->has_value());
    store->open_all();
    CHECK(store->opens_of("orders") == 0); // nothing was kept of it, and nobody holds it
}

// The same when the registry goes meanwhile: what the store says then reaches nobody.
TEST_CASE_METHOD(store_fixture, "a registry goes while a topic is being opened")
{
    add("{name...}");
    store->publish("orders", "a");
    auto const opening = run(time, all->open(ctx, "orders"));
    auto const other = run(time, all->open(ctx, "other"));
    bool const is_opened = GENERATE(false, true);
    if (is_opened)
        store->open_next();
    all.reset();
    store->open_all();
    CHECK(store->opens_of("orders") == 0);
    CHECK(store->opens_of("other") == 0);
}

// What the store says goes to all who wait; the next who asks tries again.
TEST_CASE_METHOD(store_fixture, "a topic that cannot be opened")
{
    add("{name...}");
    store->publish("orders", "a");
    auto const one = run(time, all->open(ctx, "orders"));
    auto const two = run(time, all->open(ctx, "orders"));
    SECTION("at once")
    {
        store->refuse_open("the disk is gone");
    }
    SECTION("when it is read")
    {
        store->open_next();
        store->refuse_read("the disk is gone");
    }
    time.run_until_idle();
    CHECK(failure_of(one->failure) == "the disk is gone");
    CHECK(failure_of(two->failure) == "the disk is gone");
    CHECK(store->opens_of("orders") == 0);
    CHECK_FALSE(all->find("orders"));
    stream client(time, following(open("orders"), from_oldest()), request::get("/"));
    CHECK(data_of(client) == texts{"a"});
}

// Whoever asks for a topic of a store without waiting is told how to have it.
TEST_CASE_METHOD(store_fixture, "a topic of a store has to be opened")
{
    add("orders/{name}");
    all->add("free/{name}");
    CHECK_THROWS_AS(all->get("orders/1"), std::logic_error);
    try {
        all->get("orders/1");
    } catch (std::logic_error const& error) {
        CHECK_THAT(error.what(), ContainsSubstring("the store of the test") &&
                                     ContainsSubstring("co_await open(ctx, name)") &&
                                     ContainsSubstring("open_blocking(name)"));
    }
    CHECK_FALSE(all->find("orders/1"));
    topic const orders = open("orders/1");
    CHECK(all->get("orders/1"));
    CHECK(all->get("free/1"));
    CHECK(open("free/1").name() == "free/1");
    auto const none = run(time, all->open(ctx, "elsewhere"));
    REQUIRE(none->value);
    CHECK_FALSE(none->value->has_value());
}

// On a loop it would hold up everybody there.
TEST_CASE_METHOD(store_fixture, "open_blocking is not for loops")
{
    all.emplace();
    all->add("{name...}");
    std::string refusal;
    boost::asio::post(time.loop(), [&] {
        try {
            all->open_blocking("orders");
        } catch (std::logic_error const& error) {
            refusal = error.what();
        }
    });
    time.run_until_idle();
    CHECK_THAT(refusal, ContainsSubstring("use `co_await open(ctx, name)`"));
    CHECK(all->open_blocking("orders"));
}

// A store belongs to one registry, which may give it to several patterns.
TEST_CASE_METHOD(store_fixture, "a store of two registries")
{
    add("a/{name}");
    add("b/{name}");
    topic_registry other;
    CHECK_THROWS_AS(other.add("{name...}", {.store = store}), std::logic_error);
    CHECK_THROWS_AS(topic({.name = "orders", .store = store}), std::invalid_argument);
    topic a = open("a/1");
    topic b = open("b/1");
    keep(a, "x");
    keep(b, "y");
    CHECK(b.position().ends_with("-2"));
}

// All topics of a store have one order: one short id leads back to each of them, also to one that was never
// published to.
TEST_CASE_METHOD(store_fixture, "one id for the topics of a store")
{
    add("{name...}");
    topic a = open("a");
    topic b = open("b");
    topic_list list;
    list.add(a).add(b).add(open("c"));
    std::string id;
    {
        stream client(time, following(list), request::get("/"));
        keep(a, "1");
        keep(b, "2");
        CHECK(client.events()[0].id() == "000000000000-1");
        CHECK(client.events()[1].id() == "000000000000-2");
        id = client.events()[1].id();
    }
    keep(b, "3");
    keep(a, "4");
    restart();
    add("{name...}");
    topic_list again;
    again.add(open("a")).add(open("b")).add(open("c"));
    stream back(time, following(again), coming_back_with(id));
    CHECK(data_of(back) == texts{"3", "4"});
    stream early(time, following(again), coming_back_with("000000000000-0"));
    CHECK(data_of(early) == texts{"1", "2", "3", "4"});
}
