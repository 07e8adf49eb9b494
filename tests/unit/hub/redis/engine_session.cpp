// SPDX-License-Identifier: BSL-1.0
// What a node and its engine say to each other, without sockets, and what the hub is told.
#include <tidings/hub/redis/detail/engine_session.hpp>
#include <tidings/net/redis/internal/engine_fault.hpp>

#include "support/scripted_engine.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::detail;
using namespace tidings::test;
using Catch::Matchers::ContainsSubstring;
using internal::engine_fault;

namespace {

using texts = std::vector<std::string>;

struct book final : store_events
{
    void on_life(life begun) noexcept override { said.push_back("life " + begun.epoch); }
    void on_rollback(rollback happened) noexcept override
    {
        said.push_back("back to " + std::to_string(happened.survived));
    }
    void on_away(bool now) noexcept override
    {
        is_away.push_back(now);
        if (!now && on_back)
            on_back();
    }
    void on_event(std::string_view topic, stored_event value) noexcept override
    {
        said.push_back(std::string(topic) + " " + value.text + " " + std::to_string(value.previous) + ">" +
                       std::to_string(value.number));
    }
    texts said;
    std::vector<bool> is_away;
    std::function<void()> on_back;
};

class talk
{
public:
    scripted_engine engine;
    std::shared_ptr<book> hub = std::make_shared<book>();
    time_point now = time_point() + 1h;
    engine_session session{internal::parse_engine_url("redis://ann:hush@engine/1"), redis_store_options{}};
    std::size_t piece = 1'000'000; ///< so many bytes come at once
    bool waits = false;            ///< the engine, for its replicas

    talk() { session.topics().start(hub); }

    void connect()
    {
        engine.reconnect();
        session.begin(now);
        session.connected(now);
        pump();
    }
    void lose() { session.disconnected(); }
    void reconnect()
    {
        lose();
        connect();
    }
    /// Until both have said all that they have to say.
    void pump()
    {
        while (true) {
            std::string const commands = session.take_commands();
            std::string const subscriptions = session.take_subscriptions();
            engine.subscribe(subscriptions);
            std::string const answers = engine.answer(commands);
            std::string const pushes = engine.take_pushes();
            pump_waits();
            if (answers.empty() && pushes.empty() && commands.empty() && subscriptions.empty())
                return;
            for (std::size_t i = 0; i < answers.size(); i += piece)
                session.receive_answers(std::string_view(answers).substr(i, piece), now);
            for (std::size_t i = 0; i < pushes.size(); i += piece)
                session.receive_pushes(std::string_view(pushes).substr(i, piece), now);
        }
    }
    void pump_waits()
    {
        if (session.begin_waits(now))
            session.waits_connected(now);
        for (std::string got; !waits && !(got = engine.answer_waits(session.take_waits())).empty();)
            session.receive_waits(got, now);
    }
    void open(std::string const& topic)
    {
        session.topics().open(topic, [this, topic](topic_store::opened const& got) {
            hub->said.push_back("open " + topic +
                                (got.error ? " failed" : " at " + std::to_string(got.newest)));
        });
        pump();
    }
    void publish(std::string const& topic, std::string const& text, redis_promise const& promise = {})
    {
        queued_publish event{};
        event.promise = promise;
        event.topic = topic;
        event.value.text = text;
        event.since = now;
        event.when_kept = [this, text](topic_store::kept const& got) {
            hub->said.push_back(text + (got.error         ? " refused"
                                        : got.stored_only ? " stored as " + std::to_string(got.number)
                                                          : " kept as " + std::to_string(got.number)));
        };
        session.publish(std::move(event));
    }
    texts said() { return std::exchange(hub->said, {}); }
};

} // namespace

// The whole way, with all bytes in any pieces: the life, an opened topic, an own event and one of another
// node, each told before its publisher is; and the password goes to the engine alone.
TEST_CASE_METHOD(talk, "a node and its engine")
{
    piece = GENERATE(1u, 7u, 1'000'000u);
    engine.publish("a", "old");
    connect();
    CHECK(session.is_ready());
    open("a");
    publish("a", "mine");
    pump();
    engine.publish("a", "theirs");
    pump();
    CHECK(said() ==
          texts{"life epoch1", "open a at 101", "a mine 101>102", "mine kept as 102", "a theirs 102>103"});
    CHECK(engine.log.front() == "AUTH");
}

// What a topic has missed while the node was away is read, and told in the order of all topics, with what was
// pushed meanwhile behind it.
TEST_CASE_METHOD(talk, "what was missed")
{
    connect();
    open("a");
    open("b");
    lose();
    for (int i = 0; i < 5; ++i) {
        engine.publish("a", "x");
        engine.publish("b", "y");
    }
    said();
    connect();
    engine.publish("a", "z");
    pump();
    CHECK(said() == texts{"a x 0>101", "b y 0>102", "a x 101>103", "b y 102>104", "a x 103>105",
                          "b y 104>106", "a x 105>107", "b y 106>108", "a x 107>109", "b y 108>110",
                          "a z 109>111"});
}

// More than a page of many topics comes in pages, and still by number.
TEST_CASE_METHOD(talk, "much that was missed, of many topics")
{
    connect();
    piece = GENERATE(1'000u, 1'000'000u);
    std::size_t const count = 600; // in more than one question
    for (std::size_t i = 0; i < count; ++i)
        open(std::to_string(i));
    lose();
    for (std::size_t round = 0; round < 20; ++round)
        for (std::size_t i = 0; i < count; ++i)
            engine.publish(std::to_string(i), "x");
    said();
    connect();
    auto const told = said();
    REQUIRE(told.size() == 20 * count);
    for (std::size_t i = 0; i < told.size(); ++i)
        REQUIRE(told[i].ends_with(">" + std::to_string(101 + i)));
}

// An event that was replaced by a newer one of its key is no hole, and one that is lost is.
TEST_CASE_METHOD(talk, "events that are gone meanwhile")
{
    connect();
    open("a");
    lose();
    engine.publish("a", "x");
    engine.publish("a", "y");
    auto& events = engine.topics["a"].events;
    events.erase(events.begin());
    bool const is_lost = GENERATE(false, true);
    engine.topics["a"].lost = is_lost ? 101 : 0;
    said();
    connect();
    CHECK(said() == texts{is_lost ? "a y 101>102" : "a y 0>102"});
}

// A push that is missing is noticed by the next one, and an event that is too large to be pushed is read;
// what came behind it waits.
TEST_CASE_METHOD(talk, "holes are filled")
{
    connect();
    open("a");
    open("b");
    said();
    engine.is_deaf = true;
    engine.publish("a", "x");
    engine.is_deaf = false;
    engine.publish("a", "y");
    engine.publish("b", "z");
    pump();
    CHECK(said() == texts{"a x 0>101", "a y 101>102", "b z 0>103"});
    engine.large = 10;
    engine.publish("a", "a long text");
    engine.large = 8192;
    engine.publish("b", "w");
    pump();
    CHECK(said() == texts{"a a long text 102>104", "b w 103>105"});
}

// An engine that was brought back: the hub is told up to where, topics that had less go on, and what was not
// answered is published behind what survived. With another epoch everything begins anew.
TEST_CASE_METHOD(talk, "an engine comes back with less")
{
    connect();
    open("a");
    open("b");
    publish("b", "first");
    publish("a", "second");
    pump();
    engine.instead["EVALSHA publish"] = ""; // the connection is lost before the answer
    publish("b", "third");
    pump();
    said();
    engine.topics["a"] = {};
    engine.life = engine.newest = 500;
    engine.rollbacks = {"101 500"};
    SECTION("a new life")
    {
        engine.producers.begin()->second.first = 1;
        reconnect();
        CHECK(said() == texts{"back to 101", "b third 101>501", "third kept as 501"});
        reconnect();
        CHECK(said().empty());
    }
    SECTION("another order")
    {
        engine.epoch = "epoch2";
        engine.producers.clear();
        engine.topics.clear();
        reconnect();
        CHECK(said() == texts{"life epoch2", "b third 0>501", "third kept as 501"});
    }
}

// A publisher is told behind the event, also when that has to be read after a new life has begun; of one that
// the engine has lost meanwhile it is told what the engine had said.
TEST_CASE_METHOD(talk, "a life begins between an answer and its push")
{
    connect();
    open("a");
    said();
    engine.is_deaf = true;
    publish("a", "x");
    pump();
    CHECK(said().empty());
    engine.is_deaf = false;
    engine.life = engine.newest = 500;
    bool const is_lost = GENERATE(false, true);
    engine.rollbacks = {is_lost ? "100 500" : "101 500"};
    if (is_lost)
        engine.topics.clear();
    reconnect();
    CHECK(said() == (is_lost ? texts{"back to 100", "x kept as 101"}
                             : texts{"back to 101", "a x 0>101", "x kept as 101"}));
}

// What was sent and not answered is sent again; what the engine had kept is not kept again.
TEST_CASE_METHOD(talk, "a connection is lost between a publish and its answer")
{
    connect();
    open("a");
    said();
    publish("a", "x");
    publish("a", "y");
    (void)engine.answer(session.take_commands()); // which never comes
    reconnect();
    CHECK(said() == texts{"a x 0>101", "a y 101>102", "x kept as 101", "y kept as 102"});
    CHECK(engine.topics["a"].events.size() == 2);
}

// The hub is told once that the engine is away, however often it is tried in vain, and that it is back when
// all that was missed has been told.
TEST_CASE_METHOD(talk, "the hub is told that the engine is away")
{
    connect();
    open("a");
    CHECK(hub->is_away == std::vector<bool>{false});
    lose();
    CHECK(hub->is_away == std::vector<bool>{false, true});
    engine.publish("a", "x");
    engine.instead["INFO"] = "-LOADING x\r\n";
    CHECK_THROWS_AS(connect(), engine_fault);
    lose();
    CHECK(hub->is_away == std::vector<bool>{false, true});
    said();
    hub->on_back = [this] { CHECK(said() == texts{"a x 0>101"}); };
    connect();
    CHECK(hub->is_away == std::vector<bool>{false, true, false});
}

// Connections may be lost at any moment of the way back in, also more than once: the next one begins anew.
TEST_CASE_METHOD(talk, "connections are lost on the way back in")
{
    connect();
    open("a");
    engine.publish("a", "x");
    pump();
    said();
    lose();
    engine.publish("a", "y");
    auto const* const lost_at =
        GENERATE("INFO", "SCRIPT", "EVAL", "EVALSHA probe", "HMGET", "EVALSHA read", "EVALSHA publish");
    publish("a", "z");
    for (int i = 0; i < 2; ++i) {
        engine.instead[lost_at] = "-LOADING x\r\n";
        try {
            connect();
        } catch (engine_fault const&) {
            lose();
        }
    }
    reconnect();
    CHECK(session.is_ready());
    CHECK(said() == texts{"a y 101>102", "a z 102>103", "z kept as 103"});
}

// Each error ends the connection, or harms the event or page alone that it answers; a wrong password and the
// like will not pass by themselves.
TEST_CASE_METHOD(talk, "errors before the node is let in")
{
    struct known
    {
        char const* command;
        char const* error;
        bool is_lasting;
    };
    auto const each = GENERATE(values<known>({
        {"AUTH", "-WRONGPASS invalid username-password pair\r\n", true},
        {"AUTH", "-ERR AUTH called without any password configured\r\n", true},
        {"SELECT", "-ERR DB index is out of range\r\n", true},
        {"INFO", "-NOAUTH Authentication required.\r\n", true},
        {"INFO", "-NOPERM no permissions\r\n", true},
        {"INFO", "$13\r\nrole:slave   \r\n\r\n", true},
        {"SCRIPT", "-LOADING Redis is loading\r\n", false},
        {"EVAL", "-BUSY Redis is busy\r\n", false},
        {"EVAL", "-READONLY You can't write\r\n", false},
        {"EVAL", "-FORMAT 2\r\n", true},
        {"EVAL", "*1\r\n+x\r\n", false},
        {"EVAL", "*5\r\n+e\r\n+1\r\n+1\r\n+0\r\n+nonsense\r\n", false},
        {"EVALSHA probe", "-LIFE\r\n", false},
        {"EVALSHA probe", ":0\r\n", false},
    }));
    engine.instead[each.command] = each.error;
    try {
        connect();
        FAIL("it was let in");
    } catch (engine_fault const& fault) {
        CHECK(fault.is_lasting == each.is_lasting);
        CHECK_THAT(fault.what(), !ContainsSubstring("hush"));
    }
    reconnect();
    CHECK(session.is_ready());
}

// The same later, when events and pages are on their way.
TEST_CASE_METHOD(talk, "errors of a node that is in")
{
    connect();
    open("a");
    said();
    auto const* const error =
        GENERATE("-LOADING x\r\n", "-READONLY x\r\n", "-NOSCRIPT x\r\n", "-LIFE\r\n", "$1\r\nx\r\n");
    engine.instead["EVALSHA publish"] = error;
    publish("a", "x");
    CHECK_THROWS_AS(pump(), engine_fault);
    reconnect();
    CHECK(said() == texts{"a x 0>101", "x kept as 101"});
    engine.instead["EVALSHA publish"] = "-OOM command not allowed\r\n";
    publish("a", "y");
    publish("a", "z");
    pump();
    CHECK(said() == texts{"y refused", "a z 101>102", "z kept as 102"});
    engine.instead["EVALSHA read"] = "-ERR a damaged event\r\n";
    std::optional<topic_store::page> page;
    session.read("a", 0, 102, [&](topic_store::page got) { page = std::move(got); });
    pump();
    REQUIRE(page);
    CHECK(page->error);
}

// Pages that were asked for while the engine was away are read when it is back; the number of those that are
// on their way at once is bounded.
TEST_CASE_METHOD(talk, "pages")
{
    engine.publish("a", "x");
    std::size_t read = 0;
    for (int i = 0; i < 200; ++i)
        session.read("a", 0, 101, [&](topic_store::page const& got) { read += got.events.size(); });
    connect();
    CHECK(read == 200);
}

// A silent engine and a deaf subscription are found in time.
TEST_CASE_METHOD(talk, "an engine that says nothing")
{
    SECTION("before the node is let in")
    {
        session.begin(now);
        session.connected(now);
        CHECK(session.due() == now + 10s);
        CHECK_THROWS_AS(session.on_time(now + 10s), engine_fault);
    }
    SECTION("to a command")
    {
        connect();
        open("a");
        publish("a", "x");
        CHECK_THROWS_AS(session.on_time(now + 10s), engine_fault);
    }
    SECTION("on the subscription")
    {
        connect();
        engine.is_deaf = true;
        CHECK(session.due() == now + 5s);
        now += 5s;
        session.on_time(now);
        pump();
        CHECK_THROWS_AS(session.on_time(now + 5s), engine_fault);
    }
    SECTION("is no fault while nothing is asked")
    {
        connect();
        for (int i = 0; i < 10; ++i) {
            now += 5s;
            session.on_time(now);
            pump();
        }
        CHECK(session.is_ready());
    }
}

// What others push and write is passed over, and harms nothing.
TEST_CASE_METHOD(talk, "what others write into the engine")
{
    connect();
    open("a");
    said();
    for (auto const* each :
         {"", "x", "1", "1 2 3", "-1 0 0 0 0\nx", "200 0 0 9 9\nx", "101 100 0 0 99999999999999999\nx"})
        engine.push("c:a", each);
    engine.push("c:b", "101 0 0 0 0\nx");
    pump();
    CHECK(said().empty());
    engine.publish("a", "x");
    pump();
    CHECK(said() == texts{"a x 0>101"});
}

// A publisher that waits for a replica is told when there is one, and followers get the event at once, as
// others do; the engine is asked on a connection of its own, made when it is needed.
TEST_CASE_METHOD(talk, "a publisher that waits for a replica")
{
    engine.replicas = GENERATE(0u, 1u);
    connect();
    open("a");
    publish("a", "x");
    pump();
    CHECK(std::ranges::count(engine.log, "INFO") == 1);
    said();
    waits = true;
    publish("a", "y", {.replicas = 1});
    publish("a", "z");
    pump();
    CHECK(said() == texts{"a y 101>102", "a z 102>103", "z kept as 103"});
    waits = false;
    pump();
    CHECK(said() == texts{engine.replicas == 1 ? "y kept as 102" : "y stored as 102"});
    CHECK(std::ranges::count(engine.log, "INFO") == 2);
}

// An engine is lost while it waits for its replicas: on the next one it is asked anew, and what that one does
// not have is published again, before what comes behind it.
TEST_CASE_METHOD(talk, "an engine is lost while a publisher waits for a replica")
{
    connect();
    open("a");
    waits = true;
    for (auto const* each : {"x", "y", "z"})
        publish("a", each, {.replicas = 1});
    pump();
    lose();
    publish("a", "w");
    said();
    waits = false;
    engine.replicas = 1;
    bool const is_whole = GENERATE(true, false);
    if (!is_whole) {
        engine.life = engine.newest = 500;
        engine.rollbacks = {"101 500"};
        engine.producers.begin()->second.first = 1;
        auto& of = engine.topics["a"];
        of.events.resize(1);
        of.newest = 101;
    }
    connect();
    pump();
    CHECK(said() ==
          (is_whole ? texts{"x kept as 101", "y kept as 102", "z kept as 103", "a w 103>104", "w kept as 104"}
                    : texts{"back to 101", "x kept as 101", "a y 101>501", "a z 501>502", "a w 502>503",
                            "w kept as 503", "y kept as 501", "z kept as 502"}));
    CHECK(engine.topics["a"].events.size() == 4);
}

// Faults of the connection for waits end all of them, and each publisher is told in the end.
TEST_CASE_METHOD(talk, "faults while an engine waits for its replicas")
{
    connect();
    open("a");
    said();
    auto const [command, error] = GENERATE(table<char const*, char const*>({
        {"EVALSHA write", "-LIFE\r\n"},
        {"EVALSHA write", ":0\r\n"},
        {"WAIT", "-LOADING x\r\n"},
        {"WAIT", "$1\r\nx\r\n"},
        {"WAIT", ":-1\r\n"},
    }));
    engine.instead[command] = error;
    publish("a", "x", {.replicas = 1});
    CHECK_THROWS_AS(pump(), engine_fault);
    engine.replicas = 1;
    reconnect();
    pump();
    CHECK(said() == texts{"a x 0>101", "x kept as 101"});
    engine.instead["WAIT"] = "-ERR it waits for nobody\r\n";
    publish("a", "y", {.replicas = 1});
    pump();
    CHECK(said() == texts{"a y 101>102", "y stored as 102"});
}

// The end of the store answers all that waits.
TEST_CASE_METHOD(talk, "the end of a session")
{
    session.topics().open(
        "a", [this](topic_store::opened const& got) { hub->said.emplace_back(got.error ? "no" : "yes"); });
    publish("a", "x");
    session.read("a", 0, 1,
                 [this](topic_store::page const& got) { hub->said.emplace_back(got.error ? "no" : "yes"); });
    session.end();
    auto told = said();
    std::ranges::sort(told);
    CHECK(told == texts{"no", "no", "x refused"});
}

// A topic that nobody follows here any more costs the engine nothing, and can be opened again.
TEST_CASE_METHOD(talk, "a topic is closed")
{
    connect();
    open("a");
    session.topics().close("a");
    pump();
    engine.publish("a", "x");
    CHECK(engine.take_pushes().empty());
    open("a");
    CHECK(said().back() == "open a at 101");
    engine.publish("a", "y");
    pump();
    CHECK(said() == texts{"a y 101>102"});
}
