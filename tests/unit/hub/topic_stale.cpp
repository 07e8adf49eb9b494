// SPDX-License-Identifier: BSL-1.0
// What streams are told when a store is away.
#include <tidings/hub/topic_registry.hpp>

#include "shards_fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <string>
#include <vector>

using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;

namespace {

std::string const away = "stale: what is published now comes later";
std::string const back = "no longer stale";

class stale_fixture : public shards_fixture
{
public:
    void say_away(char store, bool is_away)
    {
        stores.at(store)->say_away(is_away);
        time.run_until_idle();
    }
    /// A topic that this store has.
    topic open_at(char store)
    {
        for (int i = 0; i < 100; ++i) {
            std::string const name = "t" + std::to_string(next_++);
            auto made = open(name);
            if (owner(name) == store)
                return made;
        }
        throw std::logic_error("no topic has the store");
    }

private:
    int next_ = 0;
};

} // namespace

// A stream is told once that the store of its topics is away, and that it is back, however many topics it
// follows; it stays, and other streams hear nothing.
TEST_CASE_METHOD(stale_fixture, "streams are told that a store is away")
{
    start("AB");
    topic const one = open_at('A');
    topic const two = open_at('A');
    topic const other = open_at('B');
    topic_list list;
    list.add(one).add(two).add(other);
    bool const is_attached = GENERATE(false, true);
    auto const follow = [&](topic_list const& what) {
        return is_attached ? attaching(what) : following(what);
    };
    topic_list single;
    single.add(one);
    topic_list theirs;
    theirs.add(other);
    stream client(time, follow(single), request::get("/"));
    stream several(time, follow(list), request::get("/"));
    stream untouched(time, follow(theirs), request::get("/"));
    say_away('A', true);
    say_away('A', true);
    CHECK(client.comments() == texts{away});
    CHECK(several.comments() == texts{away});
    stream later(time, follow(single), request::get("/"));
    CHECK(later.comments() == texts{away});
    keep(one, "x");
    keep(other, "y");
    say_away('A', false);
    for (stream* each : {&client, &several, &later})
        CHECK(each->comments() == texts{away, back});
    CHECK(data_of(client) == texts{"x"});
    CHECK(untouched.comments().empty());
    stream calm(time, follow(single), request::get("/"));
    CHECK(calm.comments().empty());
}

// One that follows topics of two stores is told when the first goes and when the last is back.
TEST_CASE_METHOD(stale_fixture, "two stores are away")
{
    start("AB");
    topic_list list;
    list.add(open_at('A')).add(open_at('B'));
    stream client(time, following(list), request::get("/"));
    say_away('A', true);
    say_away('B', true);
    say_away('A', false);
    CHECK(client.comments() == texts{away});
    say_away('B', false);
    CHECK(client.comments() == texts{away, back});
}

// An event in place of the comment, without an id: the place of the client stays.
TEST_CASE_METHOD(stale_fixture, "an event says that a store is away")
{
    options.stale_event = true;
    start_plain('A');
    topic const orders = open("orders");
    stream client(time, attaching([&] {
                      topic_list list;
                      list.add(orders);
                      return list;
                  }()),
                  request::get("/"));
    keep(orders, "x");
    say_away('A', true);
    say_away('A', false);
    REQUIRE(client.events().size() == 3);
    CHECK(client.events()[1].type() == "tidings-stale");
    CHECK(client.events()[1].data() == R"({"stale":true})");
    CHECK(client.events()[2].data() == R"({"stale":false})");
    CHECK(client.text().ends_with("event: tidings-stale\ndata: {\"stale\":false}\n\n"));
    CHECK(client.last_event_id() == client.events()[0].id());
    CHECK(client.comments().empty());
}

// What was missed comes first, also to a stream that is slow, and one that was away and is back before a
// stream looks is nothing to tell.
TEST_CASE_METHOD(stale_fixture, "what was missed comes before the word that all has come")
{
    options.stale_event = true;
    start_plain('A');
    topic const orders = open("orders");
    stream client(time, following(orders), request::get("/"));
    stream slow(time, following(orders), request::get("/"));
    stores['A']->say_away(true);
    stores['A']->say_away(false);
    time.run_until_idle();
    CHECK(client.events().empty());
    say_away('A', true);
    slow.stop_reading();
    for (int i = 0; i < 200; ++i)
        stores['A']->publish("orders", "missed");
    stores['A']->say_away(false);
    time.run_until_idle();
    slow.resume_reading();
    for (stream* each : {&client, &slow}) {
        REQUIRE(each->events().size() == 202);
        CHECK(each->events().front().data() == R"({"stale":true})");
        CHECK(each->events().back().data() == R"({"stale":false})");
    }
}

// It may be away before it has a life, and begin another one while it is away.
TEST_CASE_METHOD(stale_fixture, "a store that is away begins another life")
{
    begin_anew();
    options.store = stores['A'];
    all->add("{name}", options);
    say_away('A', true);
    stores['A']->begin_life();
    topic const orders = open("orders");
    stream first(time, following(orders), request::get("/"));
    CHECK(first.comments() == texts{away});
    stores['A']->lose_everything();
    time.run_until_idle();
    stores['A']->open_all();
    CHECK(first.comments() == texts{away, "disconnected"});
    stream second(time, following(orders), request::get("/"));
    CHECK(second.comments() == texts{away});
    say_away('A', false);
    CHECK(second.comments() == texts{away, back});
}
