// SPDX-License-Identifier: BSL-1.0
// Topics that are spread over several stores, and what clients are told when the list of these changes.
#include <tidings/hub/topic_registry.hpp>

#include "shards_fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstddef>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tidings;
using namespace tidings::test;
using Catch::Matchers::ContainsSubstring;
using tidings::testing::stream;

namespace {

/// What a client was told, with the event's data: of a reset the reason and the topic alone.
texts told(stream& client)
{
    texts all;
    for (auto const& each : client.events()) {
        std::string const& text = each.data();
        all.push_back(text);
        if (each.type() != "tidings-reset")
            continue;
        all.back() = text.substr(11, text.find('"', 11) - 11);
        if (auto const topic = text.find("\"topic\":\""); topic != std::string::npos)
            all.back().append(" ").append(text, topic + 9, 2);
    }
    return all;
}

/// Topics "t0" to "t9", for each of which something is published in one life of the process and something in
/// the next.
class changed_list : public shards_fixture
{
public:
    texts names;
    std::map<std::string, std::string> ids; ///< of a client of that topic alone
    std::string id_of_all;                  ///< of a client of all of them
    std::map<std::string, char> before;     ///< owners
    std::map<std::string, topic> topics;    ///< of the present process

    changed_list()
    {
        for (char i = '0'; i <= '9'; ++i)
            names.push_back(std::string("t") + i);
    }

    /// All clients leave after the first event of each topic, and miss the second.
    void publish_before()
    {
        open_all();
        stream mixed(time, following(list()), request::get("/"));
        for (auto const& each : names) {
            stream client(time, following(topics.at(each)), request::get("/"));
            keep(topics.at(each), "first " + each);
            REQUIRE(client.events().size() == 1);
            ids[each] = client.last_event_id();
            before[each] = owner(each);
        }
        REQUIRE(mixed.events().size() == names.size());
        id_of_all = mixed.last_event_id();
        mixed.leave();
        for (auto const& each : names)
            keep(topics.at(each), "missed " + each);
    }
    void open_all()
    {
        topics.clear();
        for (auto const& each : names)
            topics.emplace(each, open(each));
    }
    topic_list list() const
    {
        topic_list made;
        for (auto const& each : names)
            made.add(topics.at(each));
        return made;
    }
    bool has_moved(std::string const& name) const { return before.at(name) != owner(name); }
    std::size_t count_moved() const
    {
        std::size_t moved = 0;
        for (auto const& each : names)
            moved += has_moved(each) ? 1 : 0;
        return moved;
    }

    /// Each client of a topic that has moved is told so, and gets what comes; the others get what they have
    /// missed, and all is as if nothing had happened.
    void check_clients()
    {
        for (auto const& each : names) {
            keep(topics.at(each), "between " + each);
            stream client(time, following(topics.at(each)), coming_back_with(ids.at(each)));
            keep(topics.at(each), "later " + each);
            INFO(each << " with " << ids.at(each) << " was at " << before.at(each) << ", is at "
                      << owner(each));
            if (has_moved(each))
                CHECK(told(client) == texts{"moved", "later " + each});
            else
                CHECK(told(client) == texts{"missed " + each, "between " + each, "later " + each});
            stream again(time, following(topics.at(each)), coming_back_with(client.last_event_id()));
            CHECK(told(again).empty());
        }
        stream mixed(time, following(list()), coming_back_with(id_of_all));
        std::multiset<std::string> expected;
        for (auto const& each : names)
            if (has_moved(each))
                expected.insert("moved " + each);
            else
                expected.insert({"missed " + each, "between " + each, "later " + each});
        auto const got = told(mixed);
        CHECK(std::multiset<std::string>(got.begin(), got.end()) == expected);
        keep(topics.at("t3"), "last");
        CHECK(told(mixed).back() == "last");
        stream again(time, following(list()), coming_back_with(mixed.last_event_id()));
        CHECK(told(again).empty());
    }
};

} // namespace

// A topic is where its name says. One store that does not answer stops nothing but its own topics.
TEST_CASE_METHOD(changed_list, "topics are spread over stores")
{
    start("ABC");
    publish_before();
    std::set<char> owners;
    for (auto const& [name, store] : before)
        owners.insert(store);
    CHECK(owners.size() == 3);
    for (auto const& [letter, each] : stores)
        for (auto const& name : names)
            CHECK(each->events_of(name).empty() == (letter != owner(name)));
    for (auto const& name : names)
        REQUIRE(topics.at(name).try_publish({.data = "x"}));
    stream client(time, following(list()), coming_back_with(id_of_all));
    stores['A']->keep_all();
    time.run_until_idle();
    for (auto const& name : names)
        CHECK(topics.at(name).stats().published == (owner(name) == 'A' ? 3 : 2));
}

TEST_CASE_METHOD(changed_list, "a changed list of stores")
{
    using change = std::pair<std::string, std::string>;
    auto const [from, to] = GENERATE(change{"AB", "ABC"}, change{"AB", "A"}, change{"AB", "B"},
                                     change{"AB", "AC"}, change{"ABC", "AB"}, change{"A", "AB"},
                                     change{"AB", "BA"}, change{"ABC", "CAB"}, change{"AB", "C"});
    INFO(from << " to " << to);
    start(from);
    publish_before();
    topics.clear();
    start(to);
    open_all();
    bool const is_same = std::set<char>(from.begin(), from.end()) == std::set<char>(to.begin(), to.end());
    CHECK((count_moved() == 0) == is_same);
    CHECK((count_moved() == names.size()) == (to == "C"));
    check_clients();
}

// From one store to several, and back: its ids have no mark, and lead to its topics as before.
TEST_CASE_METHOD(changed_list, "a store becomes one of several")
{
    start_plain('A');
    publish_before();
    CHECK(id_of_all.find('_') == std::string::npos);
    topics.clear();
    start("AB");
    open_all();
    CHECK(count_moved() > 0);
    CHECK(count_moved() < names.size());
    for (auto const& each : names) {
        stream client(time, following(topics.at(each)), coming_back_with(ids.at(each)));
        CHECK(told(client) == texts{has_moved(each) ? "restarted" : "missed " + each});
    }
    stream mixed(time, following(list()), coming_back_with(id_of_all));
    std::multiset<std::string> expected;
    for (auto const& each : names)
        expected.insert(has_moved(each) ? "moved " + each : "missed " + each);
    auto const got = told(mixed);
    CHECK(std::multiset<std::string>(got.begin(), got.end()) == expected);
}

TEST_CASE_METHOD(changed_list, "several stores become one")
{
    start("AB");
    publish_before();
    topics.clear();
    start_plain('A');
    open_all();
    for (auto const& each : names) {
        stream client(time, following(topics.at(each)), coming_back_with(ids.at(each)));
        CHECK(told(client) == texts{has_moved(each) ? "restarted" : "missed " + each});
    }
    stream mixed(time, following(list()), coming_back_with(id_of_all));
    std::multiset<std::string> expected;
    for (auto const& each : names)
        expected.insert(has_moved(each) ? "moved " + each : "missed " + each);
    auto const got = told(mixed);
    CHECK(std::multiset<std::string>(got.begin(), got.end()) == expected);
}

// Two stores of two patterns become shards: which of them had a topic cannot be told from an id of both.
TEST_CASE_METHOD(shards_fixture, "stores of different patterns become shards")
{
    begin_anew();
    options.store = stores['A'];
    all->add("t1", options);
    options.store = stores['B'];
    all->add("u1", options);
    for (auto& [letter, each] : stores)
        each->begin_life();
    std::string id;
    {
        topic_list both;
        both.add(open("t1")).add(open("u1"));
        stream client(time, following(both), request::get("/"));
        keep(open("t1"), "a");
        keep(open("u1"), "b");
        id = client.last_event_id();
    }
    start("AB");
    topic_list both;
    both.add(open("t1")).add(open("u1"));
    stream back(time, following(both), coming_back_with(id));
    CHECK(told(back) == texts{"moved t1", "moved u1"});
}

// As long as the list is the same, a topic that is new in a stream has not moved, and begins where the list
// says.
TEST_CASE_METHOD(changed_list, "a topic that is new in a stream of several stores")
{
    start("ABC");
    publish_before();
    for (auto const& each : names) {
        topic_list more;
        more.add(topics.at("t9")).add(topics.at(each == "t9" ? "t0" : each), from_last(1));
        stream client(time, following(more), coming_back_with(ids.at("t9")));
        CHECK(told(client).size() == 2);
        for (auto const& text : told(client))
            CHECK(text.starts_with("missed"));
    }
}

// A store that was emptied is told for itself alone.
TEST_CASE_METHOD(changed_list, "one of several stores has lost everything")
{
    start("AB");
    publish_before();
    stores['A']->lose_everything();
    time.run_until_idle();
    open_all();
    for (auto const& each : names) {
        stream client(time, following(topics.at(each)), coming_back_with(ids.at(each)));
        CHECK(told(client) == texts{owner(each) == 'A' ? "restarted" : "missed " + each});
    }
    topics.clear();
    start("ABC"); // and the list is another one
    open_all();
    for (auto const& each : names) {
        std::string const expected = has_moved(each)      ? "moved"
                                     : owner(each) == 'A' ? "restarted"
                                                          : "missed " + each;
        stream client(time, following(topics.at(each)), coming_back_with(ids.at(each)));
        CHECK(told(client) == texts{expected});
        stream page(time, following(topics.at(each), from_id(ids.at(each))), request::get("/"));
        CHECK(told(page) == texts{expected});
    }
}

// Also where a page says where it begins, and where an event says its topic.
TEST_CASE_METHOD(changed_list, "positions and a changed list of stores")
{
    start("AB");
    publish_before();
    topics.clear();
    start("ABC");
    open_all();
    for (auto const& each : names) {
        stream client(time, following(topics.at(each), from_id(ids.at(each))), request::get("/"));
        CHECK(told(client) == texts{has_moved(each) ? "moved" : "missed " + each});
        auto const found = all->find_by_event(ids.at(each));
        CHECK(found.has_value() == !has_moved(each));
    }
}

// Nobody makes work by an id of more places than a stream has.
TEST_CASE_METHOD(changed_list, "an id of too many places")
{
    start("AB");
    publish_before();
    std::string id = ids.at("t0");
    for (int i = 0; i < 32; ++i)
        id += "." + ids.at("t0");
    stream client(time, following(topics.at("t0")), coming_back_with(id));
    CHECK(told(client) == texts{"unknown_id"});
}

// The identity of a store is what stays when it gets another address in its messages, or another life.
TEST_CASE_METHOD(shards_fixture, "lists that cannot be")
{
    begin_anew();
    auto const why = [&](topic_options wrong) {
        try {
            all->add("{name...}", std::move(wrong));
            return std::string();
        } catch (std::invalid_argument const& error) {
            return std::string(error.what());
        }
    };
    auto const a = stores['A'];
    auto const b = stores['B'];
    CHECK_THAT(why({.store = a, .shards = {b}}), ContainsSubstring("exclude each other"));
    CHECK_THAT(why({.shards = {a, nullptr}}), ContainsSubstring("null"));
    CHECK_THAT(why({.shards = {a, b, a}}), ContainsSubstring("the store A twice"));
    CHECK_THAT(why({.shards = {a, std::make_shared<scripted_store>(time, "x", "the store A")}}),
               ContainsSubstring("the same identity"));
    topic_options many;
    for (int i = 0; i < 9; ++i)
        many.shards.push_back(std::make_shared<scripted_store>(time, "x", std::to_string(i)));
    CHECK_THAT(why(many), ContainsSubstring("9 stores, and at most 8"));
    CHECK_THROWS_AS(topic({.name = "x", .shards = {a}}), std::invalid_argument);
    many.shards.pop_back();
    all->add("many/{name...}", many);
    all->add("also/{name...}", many);
    all->add("plain", {.store = a});
    CHECK_THAT(why({.shards = {a, b}}), ContainsSubstring("uses the store A in a different list"));
    CHECK_THAT(why({.store = many.shards[0]}), ContainsSubstring("the same list"));
}
