// SPDX-License-Identifier: BSL-1.0
// Topics that are spread over several engines, of which one is killed, and to which another is added.
#include <tidings/hub/redis/redis_store.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/testing/stream.hpp>
#include <tidings/testing/virtual_time.hpp>

#include "support/engine_process.hpp"
#include "support/scratch_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;

namespace {

boost::asio::awaitable<void> attach_list(topic_list what, context, request const&, event_stream& out)
{
    what.attach(out);
    co_return;
}

class several_engines
{
public:
    scratch_folder const folder;
    testing::virtual_time time;
    std::map<std::string, std::unique_ptr<engine_process>> engines;

    several_engines()
    {
        if (!engine_process::is_installed())
            SKIP("there is no such engine on this machine");
    }

    void start(std::string const& name)
    {
        std::vector<std::string> const synced{"--appendonly", "yes", "--appendfsync", "always"};
        engines[name] = std::make_unique<engine_process>(folder.file(name), synced);
    }

    /// A process with these engines.
    topic_registry process(std::vector<std::string> const& names, topic_options options = {})
    {
        topic_registry all({.log = [](log_level, std::string_view) {}});
        for (auto const& each : names)
            options.shards.push_back(redis_store(
                engines.at(each)->url(),
                {.max_queued_events = 2, .probe_timeout = 100ms, .log = [](log_level, std::string_view) {}}));
        all.add("{name...}", std::move(options));
        return all;
    }

    /// The engine whose epoch is in that id.
    std::string engine_of(std::string const& id) const
    {
        for (auto const& [name, each] : engines)
            if (id.starts_with(each->ask({"HGET", "tidings", "epoch"}) + '_'))
                return name;
        throw std::logic_error("no engine gives the id " + id);
    }

    /// The first topic that is there.
    topic topic_at(std::string const& engine, topic_registry const& all) const
    {
        for (int i = 0; i < 100; ++i)
            if (auto found = *all.open_blocking("t" + std::to_string(i));
                engine_of(found.position()) == engine)
                return found;
        throw std::logic_error("no topic is there");
    }

    /// What the stores say comes from their threads.
    void wait_for_events(testing::stream& client, std::size_t count)
    {
        while (client.events().size() < count)
            time.run_until_idle();
    }

    static void keep_at(topic const& to, std::string const& data)
    {
        auto const before = to.stats().published;
        REQUIRE(to.try_publish({.data = data}));
        while (to.stats().published == before)
            std::this_thread::yield();
    }

    std::unique_ptr<testing::stream> follow(std::vector<topic> const& what, std::string const& id = "")
    {
        topic_list list;
        for (auto const& each : what)
            list.add(each);
        auto asked = id.empty() ? request::get("/") : request::get("/").with_header("Last-Event-ID", id);
        return std::make_unique<testing::stream>(time, std::bind_front(attach_list, list), std::move(asked));
    }
};

std::vector<std::string> data_in(testing::stream& client)
{
    std::vector<std::string> all;
    for (auto const& each : client.events())
        all.push_back(each.type() == "tidings-reset" ? each.data().substr(0, each.data().find(','))
                                                     : each.data());
    return all;
}

std::string const is_away = R"({"stale":true})";
std::string const is_back = R"({"stale":false})";

// Without the word that it is back, which comes once and after the word that it was away. What is published
// in the same iteration of the loop comes before it, as what was missed does.
std::vector<std::string> events_in(testing::stream& client)
{
    auto all = data_in(client);
    CHECK(std::ranges::count(all, is_back) == 1);
    CHECK(std::ranges::find(all, is_away) < std::ranges::find(all, is_back));
    std::erase(all, is_back);
    return all;
}

} // namespace

// An engine is killed: the topics of the other go on, and notice nothing. Streams that follow its topics
// stay, and are told; its publishers wait, so many at most, and are refused beyond. It comes back: that is
// told, and what has waited is published.
TEST_CASE_METHOD(several_engines, "one of two engines is killed")
{
    start("one");
    start("two");
    auto const all = process({"one", "two"}, {.stale_event = true});
    auto const here = topic_at("one", all);
    auto const there = topic_at("two", all);
    auto const untouched = follow({here});
    auto const client = follow({there});
    auto const both = follow({here, there});
    keep_at(there, "a");
    wait_for_events(*client, 1);
    auto const place = client->last_event_id();

    engines["two"]->kill();
    wait_for_events(*client, 2);
    for (auto const* data : {"b", "c"})
        CHECK(there.try_publish({.data = data}));
    CHECK(there.try_publish({.data = "d"}).status == publish_status::would_block);
    keep_at(here, "x");
    wait_for_events(*untouched, 1);
    auto const later = follow({there}, place);
    wait_for_events(*later, 1);
    CHECK(data_in(*later) == std::vector<std::string>{is_away});
    CHECK_FALSE(client->is_over());

    engines["two"]->start();
    wait_for_events(*client, 5);
    wait_for_events(*later, 4);
    wait_for_events(*both, 6);
    CHECK(events_in(*client) == std::vector<std::string>{"a", is_away, "b", "c"});
    CHECK(events_in(*later) == std::vector<std::string>{is_away, "b", "c"});
    CHECK(events_in(*both) == std::vector<std::string>{"a", is_away, "x", "b", "c"});
    CHECK(data_in(*untouched) == std::vector<std::string>{"x"});
    CHECK(untouched->comments().empty());
}

// A process is started anew with a third engine: the clients of the topics that move to it are told so, and
// all others get what they have missed.
TEST_CASE_METHOD(several_engines, "an engine is added")
{
    for (auto const* each : {"one", "two", "three"})
        start(each);
    std::map<std::string, std::string> ids;
    {
        auto const before = process({"one", "two"});
        for (int i = 0; i < 24; ++i) {
            std::string const name = "t" + std::to_string(i);
            auto const of = *before.open_blocking(name);
            keep_at(of, "a");
            ids[name] = of.position();
            keep_at(of, "b");
        }
    }
    auto const after = process({"three", "one", "two"});
    std::size_t moved = 0;
    for (auto const& [name, id] : ids) {
        auto const of = *after.open_blocking(name);
        keep_at(of, "c");
        bool const has_moved = engine_of(of.position()) != engine_of(id);
        if (has_moved)
            CHECK(engine_of(of.position()) == "three");
        moved += has_moved ? 1 : 0;
        auto const client = follow({of}, id);
        if (has_moved)
            CHECK(data_in(*client) == std::vector<std::string>{"{\"reason\":\"moved\""});
        else
            CHECK(data_in(*client) == std::vector<std::string>{"b", "c"});
    }
    CHECK(moved > 0);
    CHECK(moved < ids.size());
}

// An engine that is away when the process starts holds up nobody but those who ask for its topics.
TEST_CASE_METHOD(several_engines, "one of two engines is away at the start")
{
    start("one");
    start("two");
    std::string here;
    std::string there;
    {
        auto const all = process({"one", "two"});
        here = topic_at("one", all).name();
        there = topic_at("two", all).name();
    }
    engines["two"]->kill();
    auto const all = process({"one", "two"});
    keep_at(*all.open_blocking(here), "x");
    engines["two"]->start();
    keep_at(*all.open_blocking(there), "y");
}
