// SPDX-License-Identifier: BSL-1.0
// Topics of a file, as their clients see them.
#include <tidings/hub/sqlite/sqlite_store.hpp>
#include <tidings/hub/topic_list.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/testing/stream.hpp>
#include <tidings/testing/virtual_time.hpp>

#include "file_editor.hpp"
#include "support/scratch_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using namespace tidings;
using namespace tidings::test;

namespace {

boost::asio::awaitable<void> attach_to(topic_list wanted, context, request const&, event_stream& out)
{
    wanted.attach(out);
    co_return;
}

/// The types and data that a client gets which comes back with an id.
std::vector<std::string> events_after(topic_list const& wanted, std::string_view id)
{
    testing::virtual_time time;
    testing::stream client(time, std::bind_front(attach_to, wanted),
                           request::get("/").with_header("Last-Event-ID", id));
    std::vector<std::string> all;
    for (auto const& each : client.events())
        all.push_back(each.type() == "message" ? each.data() : each.type() + ": " + each.data());
    return all;
}

std::vector<std::string> events_after(topic const& wanted, std::string_view id)
{
    topic_list only;
    only.add(wanted);
    return events_after(only, id);
}

class topics_of_file
{
public:
    scratch_folder const folder;
    std::string const path = folder.file("events.db");
    std::vector<std::string> lines;

    topic_registry open(topic_options options = {})
    {
        auto const note = [this](log_level, std::string_view line) { lines.emplace_back(line); };
        topic_registry all({.log = note});
        options.store = std::make_shared<sqlite_store>(path, sqlite_store_options{.log = note});
        all.add("{name...}", std::move(options));
        return all;
    }

    /// Published, and on the disk.
    void keep(topic& to, std::string const& data)
    {
        auto const before = to.stats().published;
        REQUIRE(to.try_publish({.data = data}));
        while (to.stats().published == before)
            std::this_thread::yield();
    }
};

} // namespace

// One id leads back into all topics of a file, across restarts, also into one that had no event yet.
TEST_CASE_METHOD(topics_of_file, "clients resume in the topics of a file")
{
    std::string position;
    {
        auto all = open();
        topic news = *all.open_blocking("news");
        topic prices = *all.open_blocking("prices");
        keep(news, "a");
        keep(prices, "b");
        position = prices.position();
        CHECK(position.ends_with("-2"));
    }
    auto all = open();
    topic news = *all.open_blocking("news");
    topic prices = *all.open_blocking("prices");
    topic blank = *all.open_blocking("blank");
    CHECK(prices.position() == position);
    CHECK(blank.position() == position);
    keep(news, "c");
    keep(blank, "d");
    topic_list list;
    list.add(news).add(prices).add(blank);
    CHECK(events_after(list, position) == std::vector<std::string>{"c", "d"});
    auto const first = position.substr(0, position.size() - 1) + '1';
    CHECK(events_after(list, first) == std::vector<std::string>{"b", "c", "d"});
    CHECK(lines.empty());
}

// Rows that cannot be what was kept are left out and said, and who comes back from before them is told; the
// topic goes on above every number that it has given out, and what it publishes is kept.
TEST_CASE_METHOD(topics_of_file, "a topic with damaged rows")
{
    for (auto const& [statement, said] : std::vector<std::pair<char const*, char const*>>{
             {"UPDATE events SET text = 'data: x' WHERE number = 3", "number 3: its text"},
             {"UPDATE events SET text = x'ff00' WHERE number = 4", "number 4: its text"},
             {"UPDATE events SET own_id = 'a' || char(10) || 'data: b' WHERE number = 3", "an id that no"},
             {"UPDATE events SET number = 9223372036854775807 WHERE number = 3", "number 1000005: its text"},
             {"UPDATE events SET number = -1 WHERE number = 3", "number 1000005: its text"}}) {
        INFO(statement);
        lines.clear();
        std::string first;
        {
            auto all = open();
            topic news = *all.open_blocking("news");
            keep(news, "1");
            first = news.position();
            for (auto const* data : {"2", "3", "4", "5"})
                keep(news, data);
        }
        edit_file(path, statement);
        std::string since;
        {
            auto all = open({.max_events = 3});
            topic news = *all.open_blocking("news");
            REQUIRE(lines.size() == 1);
            CHECK_THAT(lines[0], ContainsSubstring(path) && ContainsSubstring(said));
            auto const told = events_after(news, first);
            REQUIRE(!told.empty());
            CHECK_THAT(told[0], ContainsSubstring("tidings-reset"));
            since = news.position();
            for (int i = 0; i < 5; ++i)
                keep(news, "later");
        }
        auto all = open({.max_events = 3});
        topic news = *all.open_blocking("news");
        CHECK(lines.size() == 1);
        CHECK(news.stats().history_count == 3);
        std::filesystem::remove(path);
    }
}

// A client with an id of a file's earlier form is told that its place is of an earlier life, and gets what
// comes.
TEST_CASE_METHOD(topics_of_file, "clients of a file that was carried over")
{
    std::filesystem::copy_file(TIDINGS_VERSION_1 "/later.db", path);
    auto const old_id = ask_file(path, "SELECT epoch || '-1' FROM topics WHERE name = 'news'");
    auto all = open();
    topic news = *all.open_blocking("news");
    CHECK(news.stats().history_count == 6);
    auto const told = events_after(news, old_id);
    REQUIRE(told.size() == 1);
    CHECK_THAT(told[0], ContainsSubstring("tidings-reset") && ContainsSubstring("restarted"));
    CHECK(events_after(news, "own b").size() == 1); // what its publisher has named is still found
}

// The last handle of everything goes on a thread of the store, and nothing waits for itself.
TEST_CASE_METHOD(topics_of_file, "a registry that is left while its events are on their way")
{
    for (int round = 0; round < 50; ++round) {
        auto all = open();
        topic news = *all.open_blocking("news");
        for (int i = 0; i < 5; ++i)
            REQUIRE(news.try_publish({.data = "x"}));
        all = topic_registry();
        {
            topic const last = std::move(news);
        }
    }
    sqlite_store const last(path); // what was accepted is kept
    CHECK(ask_file(path, "SELECT count(*) FROM events") == "250");
}
