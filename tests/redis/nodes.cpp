// SPDX-License-Identifier: BSL-1.0
// Nodes of one hub, and an engine that is killed, emptied and replaced.
#include "redis/nodes.hpp"

#include <tidings/hub/redis/detail/scripts.hpp>
#include <tidings/hub/redis/redis_store.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/testing/stream.hpp>
#include <tidings/testing/virtual_time.hpp>

#include "redis/cutting_relay.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using namespace tidings;
using namespace tidings::test;

// What is published at one node comes to all, over all topics in one order, under the same numbers, and each
// event names the one before it; who comes later reads it.
TEST_CASE_METHOD(nodes, "what is published at one node is told at all")
{
    start(no_persistence);
    node here(*engine);
    node there(*engine);
    for (node* each : {&here, &there})
        for (auto const* topic : {"a", "b"})
            CHECK(each->user.open(topic) == 0);
    for (std::uint64_t i = 1; i <= 300; ++i)
        REQUIRE((i % 2 == 0 ? here : there).user.append(i % 3 == 0 ? "a" : "b", i));
    auto const told_here = here.user.told(300);
    auto const told_there = there.user.told(300);
    REQUIRE(told_here.size() == 300);
    std::map<std::string, std::uint64_t> newest;
    for (std::size_t i = 0; i < told_here.size(); ++i) {
        auto const& [topic, event] = told_here[i];
        CHECK(event.number == told_there[i].second.number);
        CHECK(event.text == told_there[i].second.text);
        CHECK(event.previous == newest[topic]);
        newest[topic] = event.number;
        if (i > 0)
            CHECK(event.number == told_here[i - 1].second.number + 1);
    }
    here.user.wait("a");
    here.user.wait("b");
    CHECK_FALSE(here.user.was_early());
    node later(*engine);
    auto const kept = later.user.read("a");
    CHECK(kept.newest == newest["a"]);
    CHECK(kept.events.size() == 100);
    CHECK(later.user.life().epoch == here.user.life().epoch);
}

// An engine that syncs before it answers is killed while events are on their way: all of them are kept, once,
// in order, and both nodes are told of all of them.
TEST_CASE_METHOD(nodes, "an engine is killed and started again")
{
    start(synced);
    node here(*engine);
    node there(*engine);
    here.user.open("a");
    there.user.open("a");
    numbers all;
    for (std::uint64_t round = 0; round < 5; ++round) {
        for (std::uint64_t i = 1; i <= 190;
             ++i) { // what an engine leaves out may take a place in the history
            all.push_back(1000 * round + i);
            REQUIRE(here.user.append("a", all.back()));
        }
        here.user.wait("a", 100);
        engine->kill();
        engine->start();
    }
    here.user.wait("a");
    CHECK(here.user.kept("a") == all);
    CHECK(tags(here.user.told(all.size())) == all);
    CHECK(tags(there.user.told(all.size())) == all);
    CHECK(here.user.rollbacks(5).size() == 5);
    CHECK(there.user.tags("a") == all);
}

// An engine that was killed in the middle of a write has an event again that it had left out, once it was
// killed once more: its number was taken back, and nobody gets it.
TEST_CASE_METHOD(nodes, "an engine brings back what it had left out")
{
    start(synced);
    node here(*engine);
    here.user.open("a");
    REQUIRE(here.user.append("a", 1));
    here.user.wait("a");
    engine->kill();
    engine->start();
    auto const gap = here.user.rollbacks(1).at(0);
    std::string const events = "tidings:" + here.user.life().epoch + ":t:a";
    engine->ask({"RPUSH", events, std::to_string(gap.survived + 1) + " 0 0 0 0\ndata: 9\n\n"});
    for (std::uint64_t i = 2; i <= 300; ++i)
        REQUIRE(here.user.append("a", i));
    here.user.wait("a");
    node there(*engine);
    numbers all;
    for (std::uint64_t i = 1; i <= 300; ++i)
        all.push_back(i);
    CHECK(there.user.tags("a") == all);
}

// A proxy on the way swallows what is pushed, and keeps the connection: that is found at the second probe,
// and what was missed is told.
TEST_CASE_METHOD(nodes, "a proxy swallows what is pushed")
{
    start(no_persistence);
    cutting_relay relay(static_cast<std::uint16_t>(std::stoul(engine->listen_on_tcp())));
    std::promise<void> found;
    auto const note = [&](log_level, std::string_view line) {
        if (line.find("does not push to this node any more") != line.npos)
            found.set_value();
    };
    constexpr auto interval = 1s;
    auto const store = redis_store("redis://127.0.0.1:" + std::to_string(relay.port()),
                                   {.probe_timeout = interval, .log = note});
    store_user user(*store);
    user.open("a");
    node other(*engine);
    other.user.open("a");
    REQUIRE(other.user.append("a", 1));
    REQUIRE(tags(user.told(1)) == numbers{1});
    relay.swallow_pushes(true);
    auto const begin = std::chrono::steady_clock::now();
    REQUIRE(other.user.append("a", 2));
    REQUIRE(found.get_future().wait_for(10s) == std::future_status::ready);
    CHECK(std::chrono::steady_clock::now() - begin < 2 * interval + interval / 2);
    relay.swallow_pushes(false);
    CHECK(tags(user.told(2)) == numbers{1, 2});
}

// An engine that keeps nothing has lost everything when it comes back, and one that was emptied at once: the
// order begins anew, which nodes notice by themselves.
TEST_CASE_METHOD(nodes, "an engine has lost everything")
{
    start(no_persistence);
    node here(*engine);
    here.user.open("a");
    REQUIRE(here.user.append("a", 1));
    here.user.wait("a");
    auto const before = here.user.life();
    SECTION("it was started again")
    {
        engine->kill();
        engine->start();
    }
    SECTION("it was emptied")
    {
        engine->ask({"FLUSHALL"});
    }
    SECTION("the key of the hub was evicted")
    {
        engine->ask({"DEL", "tidings"});
    }
    auto const now = here.user.life_after(before.epoch);
    CHECK(now.rollbacks.empty());
    CHECK(here.user.open("a") == 0);
    REQUIRE(here.user.append("a", 2));
    here.user.wait("a");
    CHECK(tags(here.user.told(2)) == numbers{1, 2});
    CHECK(here.user.tags("a") == numbers{2});
}

// A replica takes the place of its primary, with all that it had or with less: nodes say up to where it
// survived, also one that was started afterwards, and no number comes twice.
TEST_CASE_METHOD(nodes, "a replica takes the place of its primary")
{
    bool const is_whole = GENERATE(true, false);
    start(no_persistence);
    engine_process replica(folder.file("replica"), {"--appendonly", "no"});
    replica.ask({"REPLICAOF", "127.0.0.1", engine->listen_on_tcp()});
    node here(*engine);
    here.user.open("a");
    here.user.open("b");
    REQUIRE(here.user.append("b", 1));
    REQUIRE(here.user.append("a", 2));
    here.user.wait("a");
    while (replica.ask({"LLEN", "tidings:" + here.user.life().epoch + ":t:a"}) != "1")
        std::this_thread::yield();
    replica.ask({"REPLICAOF", "NO", "ONE"});
    if (!is_whole)
        REQUIRE(here.user.append("a", 3));
    here.user.wait("a");
    auto const before = here.user.told(is_whole ? 2 : 3);
    engine->kill();
    std::filesystem::rename(replica.socket(), engine->socket());

    auto const rollbacks = here.user.rollbacks(1);
    CHECK(rollbacks.at(0).survived == before.at(1).second.number);
    CHECK(rollbacks.at(0).resumed > before.back().second.number);
    CHECK(here.user.open("a") == before.at(1).second.number);
    REQUIRE(here.user.append("a", 4));
    REQUIRE(here.user.append("b", 5));
    here.user.wait("b");
    auto const after = here.user.told(before.size() + 2);
    CHECK(after.at(before.size()).second.number > rollbacks.at(0).resumed);
    CHECK(after.at(before.size()).second.previous == before.at(1).second.number);
    CHECK(after.back().second.previous == before.at(0).second.number);
    node later(*engine);
    CHECK(later.user.life().epoch == here.user.life().epoch);
    REQUIRE(later.user.life().rollbacks.size() == 1);
    CHECK(later.user.life().rollbacks[0].survived == rollbacks.at(0).survived);
    CHECK(later.user.tags("a") == numbers{2, 4});
}

// An engine that says that it is the same and has less than a node has seen was brought back, too.
TEST_CASE_METHOD(nodes, "an engine has less than a node has seen")
{
    start(no_persistence);
    node here(*engine);
    here.user.open("a");
    for (std::uint64_t i = 1; i <= 3; ++i)
        REQUIRE(here.user.append("a", i));
    here.user.wait("a");
    auto const told = here.user.told(3);
    engine->ask({"HSET", "tidings", "newest", std::to_string(told[0].second.number)});
    engine->ask({"CLIENT", "KILL", "TYPE", "normal"});
    auto const rollbacks = here.user.rollbacks(1);
    CHECK(rollbacks[0].survived == told[0].second.number);
    CHECK(rollbacks[0].resumed > told[2].second.number);
}

// The table of lives is bounded: the oldest two ranges become one, which takes back what lay between as well.
TEST_CASE_METHOD(nodes, "many lives")
{
    start(no_persistence);
    auto const join = [&](std::string const& who) {
        return engine->ask(
            {"EVAL", detail::scripts::join, "1", "tidings", who, "epoch1", "", "0", "producer"});
    };
    (void)join("0");
    std::string const key = "tidings:epoch1:lives";
    (void)join("1");
    std::string const first = engine->ask({"LINDEX", key, "0"});
    for (int i = 2; i <= 256; ++i)
        (void)join(std::to_string(i));
    std::string const second = engine->ask({"LINDEX", key, "1"});
    CHECK(engine->ask({"LLEN", key}) == "256");
    (void)join("257");
    CHECK(engine->ask({"LLEN", key}) == "256");
    CHECK(engine->ask({"LINDEX", key, "0"}) ==
          first.substr(0, first.find(' ')) + second.substr(second.find(' ')));
    (void)join("257");
    CHECK(engine->ask({"LLEN", key}) == "256");
}

// What the script takes, and in which order: of the present life alone, each sequence number once, behind the
// one before it, and each own id once.
TEST_CASE_METHOD(nodes, "what a publish is refused for")
{
    start(no_persistence);
    engine->ask({"EVAL", detail::scripts::join, "1", "tidings", "who", "epoch1", "", "0", "producer"});
    std::string const life = engine->ask({"HGET", "tidings", "life"});
    auto const publish = [&](int sequence, int before, std::string const& id = "",
                             std::string const& epoch = "epoch1", std::string const& of_life = "") {
        return engine->ask({"EVAL", detail::scripts::publish, "1", "tidings", epoch,
                            of_life.empty() ? life : of_life, "p", std::to_string(sequence),
                            std::to_string(before), "a", id, "", "0", "data: x\n\n", "10", "1000", "0", "",
                            "0"});
    };
    std::string const first = publish(1, 0, "mine");
    CHECK(first == std::to_string(std::stoull(life) + 1));
    CHECK(publish(2, 1, "", "epoch2") == "LIFE another one has begun");
    CHECK(publish(2, 1, "", "epoch1", "7") == "LIFE another one has begun");
    CHECK(publish(3, 2) == "GAP the one before is not here");
    CHECK(publish(1, 0) == first);
    CHECK(publish(2, 1, "mine") == "0");
    CHECK(publish(2, 1, "mine") == "0");
    for (int i = 3; i <= 257; ++i)
        publish(i, i - 1);
    CHECK(publish(1, 0) == "duplicate");
    CHECK(publish(257, 256) == std::to_string(std::stoull(life) + 256));
    CHECK(engine->ask({"HGET", "tidings", "newest"}) == std::to_string(std::stoull(life) + 256));
    CHECK(engine->ask({"TTL", "tidings:epoch1:p:p"}) == "86400");
}

// A producer's numbers are its own, whichever node brings them: each once, in order, and a repeat is answered
// as the first was while that is known; what is refused is refused again when its node repeats it.
TEST_CASE_METHOD(nodes, "what a producer is refused for")
{
    start(no_persistence);
    engine->ask({"EVAL", detail::scripts::join, "1", "tidings", "who", "epoch1", "", "0", "producer"});
    std::string const life = engine->ask({"HGET", "tidings", "life"});
    std::map<std::string, int> sent; // of each node
    auto const publish = [&](std::string const& node, int sequence, std::string const& id = "") {
        int const before = sent[node]++;
        std::vector<std::string> const words{"EVAL",
                                             detail::scripts::publish,
                                             "1",
                                             "tidings",
                                             "epoch1",
                                             life,
                                             node,
                                             std::to_string(before + 1),
                                             std::to_string(before),
                                             "a",
                                             id,
                                             "",
                                             "0",
                                             "data: x\n\n",
                                             "10",
                                             "1000",
                                             "0",
                                             "ann",
                                             std::to_string(sequence)};
        std::string const answer = engine->ask(words);
        CHECK(engine->ask(words) == answer); // of a node that has not heard it
        return answer;
    };
    auto const number = [&](int behind) { return std::to_string(std::stoull(life) + behind); };
    CHECK(publish("here", 2) == "gap 0");
    CHECK(publish("here", 1, "mine") == number(1));
    CHECK(publish("there", 1, "mine") == number(1));
    CHECK(publish("there", 3) == "gap 1");
    CHECK(publish("there", 2, "mine") == "0");
    for (int i = 2; i <= 257; ++i)
        CHECK(publish("there", i) == number(i));
    CHECK(publish("here", 2) == number(2));
    CHECK(publish("here", 1) == "duplicate");
    CHECK(publish("here", 259) == "gap 257");
    CHECK(engine->ask({"HGET", "tidings", "newest"}) == number(257));
    CHECK(engine->ask({"TTL", "tidings:epoch1:q:ann"}) == "86400");
}

// Connections are cut at any moment: what was on its way is sent again, and kept once, in order.
TEST_CASE_METHOD(nodes, "connections die between a publish and its answer")
{
    start(no_persistence);
    node here(*engine);
    node there(*engine);
    here.user.open("a");
    there.user.open("a");
    numbers all;
    for (std::uint64_t i = 1; i <= 900; ++i) { // fewer than the history holds
        all.push_back(i);
        REQUIRE(here.user.append("a", i));
        if (i % 90 == 0)
            engine->ask({"CLIENT", "KILL", "TYPE", i % 180 == 0 ? "normal" : "pubsub"});
    }
    here.user.wait("a");
    CHECK(here.user.kept("a") == all);
    CHECK(tags(here.user.told(all.size())) == all);
    CHECK(tags(there.user.told(all.size())) == all);
}

// Events that are too large to be pushed come in their place all the same.
TEST_CASE_METHOD(nodes, "large events among small ones")
{
    start(no_persistence);
    node here(*engine);
    node there(*engine);
    here.user.open("a");
    there.user.open("a");
    numbers all;
    for (std::uint64_t i = 1; i <= 60; ++i) { // less than the history holds
        all.push_back(i);
        REQUIRE(here.user.append("a", i, i % 3 == 0 ? 20'000 : 10));
    }
    auto const told = there.user.told(all.size());
    CHECK(tags(told) == all);
    CHECK(told[2].second.text == text_of(3, 20'000));
}

// An engine that stands still is away, however open its connections are; it is found again.
TEST_CASE_METHOD(nodes, "an engine stands still")
{
    start(no_persistence);
    std::counting_semaphore<> lines(0);
    auto const store =
        redis_store(engine->url(), {.answer_timeout = 200ms,
                                    .probe_timeout = 100ms,
                                    .log = [&](log_level, std::string_view) { lines.release(); }});
    store_user user(*store);
    user.open("a");
    engine->freeze();
    REQUIRE(user.append("a", 1));
    lines.acquire(); // it is away
    engine->thaw();
    user.wait("a");
    CHECK(tags(user.told(1)) == numbers{1});
    CHECK(user.tags("a") == numbers{1});
}

namespace {

boost::asio::awaitable<void> attach_to(topic of, context, request const&, event_stream& out)
{
    of.attach(out);
    co_return;
}

/// The types and data that a client gets which comes back with an id.
std::vector<std::string> events_after(topic const& of, std::string_view id)
{
    testing::virtual_time time;
    testing::stream client(time, std::bind_front(attach_to, of),
                           request::get("/").with_header("Last-Event-ID", id));
    std::vector<std::string> all;
    for (auto const& each : client.events())
        all.push_back(each.type() == "message"
                          ? each.data()
                          : each.type() + " " + each.data().substr(0, each.data().find(',')));
    return all;
}

/// A process with one pattern of topics.
topic_registry process(engine_process const& engine, topic_options options = {})
{
    topic_registry all({.log = [](log_level, std::string_view) {}});
    options.store =
        redis_store(engine.url(), {.probe_timeout = 100ms, .log = [](log_level, std::string_view) {}});
    all.add("{name...}", std::move(options));
    return all;
}

void keep(topic& to, event const& value, std::string_view key = {})
{
    auto const before = to.stats().published;
    REQUIRE((key.empty() ? to.try_publish(value) : to.try_publish(key, value)));
    while (to.stats().published == before)
        std::this_thread::yield();
}

} // namespace

// A client comes back to any process with the id of its last event, also to one that is started later; own
// ids are known in all of them.
TEST_CASE_METHOD(nodes, "a client comes back to another process")
{
    start(no_persistence);
    auto const first = process(*engine);
    auto const second = process(*engine);
    auto here = *first.open_blocking("orders");
    auto there = *second.open_blocking("orders");
    keep(here, {.data = "a"});
    auto const id = here.position();
    keep(here, {.id = "theirs", .data = "b"});
    while (there.stats().published < 2)
        std::this_thread::yield();
    keep(there, {.data = "c"});
    CHECK(events_after(there, id) == std::vector<std::string>{"b", "c"});
    CHECK(events_after(there, "theirs") == std::vector<std::string>{"c"});
    CHECK_THROWS_AS(there.try_publish({.id = "theirs", .data = "d"}), std::invalid_argument);
    auto other = *first.open_blocking("other"); // which the second process has not heard of
    keep(other, {.data = "x"});
    CHECK(events_after(*second.open_blocking("other"), id) == std::vector<std::string>{"x"});
    auto const third = process(*engine);
    auto const later = *third.open_blocking("orders");
    CHECK(events_after(later, id) == std::vector<std::string>{"b", "c"});
    engine->ask({"FLUSHALL"});
    while (later.position().starts_with(id.substr(0, 12)))
        std::this_thread::yield();
    CHECK(events_after(later, id) == std::vector<std::string>{"tidings-reset {\"reason\":\"restarted\""});
}

// What the engine keeps of a topic is what its history keeps: so many events, so many bytes, and of each key
// the newest. What is gone is told, and what was replaced is not.
TEST_CASE_METHOD(nodes, "what an engine keeps of a topic")
{
    start(no_persistence);
    auto const is_latest = GENERATE(false, true);
    topic_options const options{.max_events = 5,
                                .history_bytes = 1'000,
                                .overflow = is_latest ? overflow::keep_latest : overflow::cut};
    auto const first = process(*engine, options);
    auto here = *first.open_blocking("prices");
    keep(here, {.data = "0"});
    auto const id = here.position();
    for (int i = 1; i <= 20; ++i)
        keep(here, {.data = std::to_string(i)}, is_latest ? (i % 2 == 0 ? "oil" : "gas") : "");
    std::string const key = "tidings:" + id.substr(0, 12) + ":t:prices";
    CHECK(engine->ask({"LLEN", key}) == (is_latest ? "3" : "5"));
    auto const second = process(*engine, options);
    auto const there = *second.open_blocking("prices");
    if (is_latest)
        CHECK(events_after(there, id) == std::vector<std::string>{"19", "20"});
    else
        CHECK(events_after(there, id).at(0) == "tidings-reset {\"reason\":\"evicted\"");
    keep(here, {.data = std::string(950, 'x')});
    CHECK(engine->ask({"LLEN", key}) == (is_latest ? "4" : "5"));
    keep(here, {.data = std::string(1'500, 'x')});
    CHECK(engine->ask({"LLEN", key}) == "1");
}

// An engine without memory refuses events, says why, and takes them again when it has some; followers stay.
TEST_CASE_METHOD(nodes, "an engine without memory")
{
    start(no_persistence);
    node here(*engine);
    here.user.open("a");
    engine->ask({"CONFIG", "SET", "maxmemory", "1"});
    CHECK_THAT(here.user.error_of("a", 1), Catch::Matchers::ContainsSubstring("maxmemory"));
    CHECK_THAT(here.user.error_of("a", 2), Catch::Matchers::ContainsSubstring("maxmemory"));
    node there(*engine);
    there.user.open("a");
    engine->ask({"CONFIG", "SET", "maxmemory", "0"});
    CHECK(here.user.error_of("a", 3).empty());
    CHECK(tags(there.user.told(1)) == numbers{3});
    CHECK(here.user.rollbacks().empty());
}

// An engine that cannot write its snapshots refuses events, says why, and takes them again when it can.
TEST_CASE_METHOD(nodes, "an engine that cannot write its snapshots")
{
    start({"--appendonly", "no", "--dbfilename", "none"});
    node here(*engine);
    here.user.open("a");
    std::filesystem::create_directory(folder.file("engine") + "/none"); // in its way
    engine->ask({"CONFIG", "SET", "save", "3600 1"});
    engine->ask({"BGSAVE"});
    while (engine->ask({"INFO", "persistence"}).find("rdb_last_bgsave_status:err") == std::string::npos)
        std::this_thread::yield();
    CHECK_THAT(here.user.error_of("a", 1), Catch::Matchers::ContainsSubstring("snapshots"));
    engine->ask({"CONFIG", "SET", "save", ""});
    CHECK(here.user.error_of("a", 2).empty());
}

// An engine cuts off a subscription that it cannot keep up with: the node comes back, and reads what it
// missed.
TEST_CASE_METHOD(nodes, "an engine cuts off a subscription")
{
    start(no_persistence);
    engine->ask({"CONFIG", "SET", "client-output-buffer-limit", "pubsub 1000 0 0"});
    node here(*engine);
    node there(*engine);
    here.user.open("a");
    there.user.open("a");
    numbers all;
    for (std::uint64_t i = 1; i <= 200; ++i) {
        all.push_back(i);
        REQUIRE(here.user.append("a", i, 3'000));
    }
    CHECK(tags(here.user.told(all.size())) == all);
    CHECK(tags(there.user.told(all.size())) == all);
}

// Who cannot be let in is told so at once, and why; who may come later is not.
TEST_CASE_METHOD(nodes, "engines that refuse a node")
{
    start({"--appendonly", "no", "--requirepass", "secret"});
    std::size_t lines = 0; // of the log
    auto const why = [&](std::string const& url) {
        try {
            (void)redis_store(url, {.log = [&](log_level, std::string_view) { ++lines; }});
            return std::string();
        } catch (std::runtime_error const& error) {
            return std::string(error.what());
        }
    };
    using Catch::Matchers::ContainsSubstring;
    CHECK_THAT(why(engine->url()), ContainsSubstring("password"));
    CHECK_THAT(why("unix://:hush@" + engine->socket()),
               ContainsSubstring("password") && !ContainsSubstring("hush"));
    CHECK_THAT(why("unix://:secret@" + engine->socket() + "?database=99"), ContainsSubstring("out of range"));
    CHECK(why("unix://:secret@" + engine->socket() + "?database=1").empty());
    CHECK(lines == 0);
    CHECK(why("unix:///nobody/is/here").empty());
    CHECK(why("redis://127.0.0.1:1").empty());
    CHECK(lines == 2); // those two are waited for
}

// An engine that is full of connections says so at once, perhaps before the hub's other connection is there,
// or after it was asked something. It may have room later, so the hub waits for it.
TEST_CASE("an engine is full of connections")
{
    using boost::asio::ip::tcp;
    bool const is_asked = GENERATE(false, true);
    boost::asio::io_context io;
    tcp::acceptor peer(io, tcp::v4());
    peer.bind({boost::asio::ip::address_v4::loopback(), 0});
    peer.listen(is_asked ? 1 : 0);
    auto const port = std::to_string(peer.local_endpoint().port());
    std::array<tcp::socket, 2> connections{tcp::socket(io), tcp::socket(io)};
    std::jthread const speaking([&] {
        auto const refuse = [](tcp::socket& to) {
            boost::asio::write(to, boost::asio::buffer("-ERR max number of clients reached\r\n"sv));
        };
        peer.accept(connections[0]);
        if (!is_asked)
            return refuse(connections[0]);
        peer.accept(connections[1]);
        for (tcp::socket& each : connections)
            each.async_wait(tcp::socket::wait_read, [&](auto) { refuse(each); });
        io.run_one();
    });
    std::string said;
    std::binary_semaphore is_said(0);
    auto const store =
        redis_store("redis://127.0.0.1:" + port, {.log = [&](log_level, std::string_view line) {
                        said = line;
                        is_said.release();
                    }});
    is_said.acquire();
    CHECK_THAT(said, Catch::Matchers::ContainsSubstring("max number of clients"));
}

// A user with the rights that the guide names may do all that a node does.
TEST_CASE_METHOD(nodes, "a user with few rights")
{
    start(no_persistence);
    REQUIRE(engine->ask({"ACL", "SETUSER", "ann", "on", ">secret", "~my-hub*", "&my-hub:*", "+@read",
                         "+@write", "+@pubsub", "+@scripting", "+info", "+select", "+time", "+wait"}) ==
            "OK");
    std::string const url = "unix://ann:secret@" + engine->socket() + "?prefix=my-hub&database=2";
    redis_store_options const options{
        .promise = [](std::string_view) { return redis_promise{.replicas = 1, .within = 1ms}; },
        .log = [](log_level, std::string_view) {}};
    auto const store = redis_store(url, options);
    store_user user(*store);
    user.open("a");
    REQUIRE(user.append("a", {.own_id = "x", .key = "k", .text = text_of(1)}));
    REQUIRE(user.append("a", 2));
    user.wait("a");
    CHECK(user.tags("a") == numbers{1, 2});
    CHECK_THROWS_AS(redis_store("unix://ann:secret@" + engine->socket() + "?prefix=theirs"),
                    std::runtime_error);
    engine->ask({"ACL", "SETUSER", "ann", "-wait"});
    CHECK_THROWS_AS(redis_store(url, options), std::runtime_error);
}

// While the engine is away events wait, so many and so long; then they are refused.
TEST_CASE_METHOD(nodes, "an engine that stays away")
{
    auto const store = redis_store(
        "unix:///nobody/is/here",
        {.max_queued_events = 2, .publish_timeout = 1ms, .log = [](log_level, std::string_view) {}});
    store_user user(*store);
    store->open("a", {}, [](topic_store::opened const&) {});
    CHECK_THAT(user.error_of("a", 1), Catch::Matchers::ContainsSubstring("not kept"));
    CHECK_THROWS_AS(user.append("b", 1), std::logic_error);
    CHECK_THROWS_AS(user.append("a", 1, 9'000'000), std::invalid_argument);
}
