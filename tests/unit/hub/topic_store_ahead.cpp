// SPDX-License-Identifier: BSL-1.0
// Clients that come from another process of a hub, and have numbers that this process has yet to be told of.
#include <tidings/hub/topic_list.hpp>
#include <tidings/testing/stream.hpp>

#include "store_fixture.hpp"
#include "support/without_retry.hpp"

#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>

using namespace tidings;
using namespace tidings::test;
using Catch::Matchers::ContainsSubstring;
using testing::stream;

namespace {

class shared_store : public store_fixture
{
public:
    shared_store() { store->shared = true; }

    /// Another process has published it, and this one is told.
    void hear(std::uint64_t number, std::uint64_t previous, std::string const& data,
              std::string const& name = "orders")
    {
        store->tell(name, {.number = number, .previous = previous, .text = "data: " + data + "\n\n"});
        time.run_until_idle();
    }
};

texts ids_of(stream& client)
{
    texts all;
    for (auto const& each : client.events())
        all.push_back(each.id());
    return all;
}

} // namespace

// It gets nothing twice, is told of no gap, and has its place as soon as it comes here.
TEST_CASE_METHOD(shared_store, "a client that is ahead of this process")
{
    topic const orders = open(10);
    keep(orders, "a"); // number 1
    stream client(time, following(orders), coming_back_with("000000000000-3"));
    CHECK(without_retry(client.text()).empty());
    hear(2, 1, "b");
    hear(3, 2, "c");
    CHECK(data_of(client).empty());
    hear(4, 3, "d");
    hear(5, 4, "e");
    CHECK(data_of(client) == texts{"d", "e"});
    CHECK(ids_of(client) == texts{"000000000000-4", "000000000000-5"});

    stream other(time, following(orders), coming_back_with("000000000000-3"));
    CHECK(data_of(other) == texts{"d", "e"});
}

// One that follows several topics is never sent a place before the one that it has.
TEST_CASE_METHOD(shared_store, "a client of several topics that is ahead")
{
    add("{name...}", {.max_events = 10});
    topic_list both;
    both.add(open("a"));
    both.add(open("b"));
    keep(open("a"), "1");
    stream client(time, following(both), coming_back_with("000000000000-3"));
    hear(2, 0, "2", "b");
    hear(3, 1, "3", "a");
    hear(4, 2, "4", "b");
    CHECK(data_of(client) == texts{"4"});
    CHECK(ids_of(client) == texts{"000000000000-4"});
}

// A filter chooses among what is new to the client.
TEST_CASE_METHOD(shared_store, "a client with a filter that is ahead")
{
    topic const orders = open(10);
    topic_list chosen;
    chosen.add(orders, from_newest(),
               [](event_text const& each, std::string_view) { return !each.text().ends_with("no\n\n"); });
    stream client(time, following(chosen), coming_back_with("000000000000-2"));
    hear(1, 0, "a");
    hear(2, 1, "b");
    hear(3, 2, "no");
    hear(4, 3, "d");
    CHECK(data_of(client) == texts{"d"});
}

// What it has may be taken back before it comes here: it is sent away, to be told.
TEST_CASE_METHOD(shared_store, "what a client is ahead by is taken back")
{
    topic const orders = open(10);
    keep(orders, "a");
    stream client(time, following(orders), coming_back_with("000000000000-3"));
    store->roll_back(1, 100);
    store->open_all();
    time.run_until_idle();
    CHECK(client.comments() == texts{"disconnected"});
    stream back(time, following(open("orders")), coming_back_with("000000000000-3"));
    CHECK_THAT(reset_of(back), ContainsSubstring("rolled_back"));
}

// A store that no other process shares has told of all numbers.
TEST_CASE_METHOD(store_fixture, "a number that a store of one process has never given")
{
    topic const orders = open(10);
    keep(orders, "a");
    stream client(time, following(orders), coming_back_with("000000000000-3"));
    CHECK_THAT(reset_of(client), ContainsSubstring("unknown_id"));
}

// A store may go on behind a gap with events in front of it that it has yet to tell of: they still come.
TEST_CASE_METHOD(store_fixture, "events that come behind the rollback that they survived")
{
    topic const orders = open(10);
    keep(orders, "a");
    stream client(time, following(orders), request::get("/"));
    store->roll_back(2, 100);
    store->tell("orders", {.number = 2, .previous = 1, .text = "data: b\n\n"});
    store->tell("orders", {.number = 101, .previous = 2, .text = "data: c\n\n"});
    time.run_until_idle();
    CHECK(data_of(client) == texts{"b", "c"});
    CHECK(lines.empty());
}
