// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/sqlite_log.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/hub/topics.hpp>
#include <tidings/testing/stream.hpp>
#include <tidings/testing/virtual_time.hpp>

#include "sqlite/scratch_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <sqlite3.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using namespace tidings;
using tidings::test::scratch_folder;

namespace {

class damaged_file
{
public:
    scratch_folder const folder;
    std::string const path = folder.file("events.db");
    std::vector<std::string> lines;

    // So many events under the topic "news", each when the one before is on the disk.
    void keep(int count)
    {
        sqlite_log log(path);
        topic news({.name = "news", .log = &log});
        for (int i = 0; i < count; ++i)
            REQUIRE(news.publish({.data = std::to_string(i)}));
    }

    void run(std::string const& statements)
    {
        sqlite3* opened = nullptr;
        sqlite3_open(path.c_str(), &opened);
        std::unique_ptr<sqlite3, decltype(&sqlite3_close)> const database(opened, &sqlite3_close);
        REQUIRE(sqlite3_exec(opened, statements.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    }

    // The first value that it gives.
    int number(std::string const& query)
    {
        sqlite3* opened = nullptr;
        sqlite3_open(path.c_str(), &opened);
        std::unique_ptr<sqlite3, decltype(&sqlite3_close)> const database(opened, &sqlite3_close);
        int found = -1;
        auto const read = [](void* into, int, char** values, char**) {
            *static_cast<int*>(into) = std::stoi(values[0]);
            return 0;
        };
        REQUIRE(sqlite3_exec(opened, query.c_str(), read, &found, nullptr) == SQLITE_OK);
        return found;
    }

    sqlite_log_options noting()
    {
        return {.log = [this](log_level, std::string_view line) { lines.emplace_back(line); }};
    }
};

boost::asio::awaitable<void> attach_to(topic news, context, request const&, event_stream& out)
{
    news.attach(out);
    co_return;
}

std::vector<std::string> data_after(topic const& news, std::string_view id)
{
    testing::virtual_time time;
    testing::stream client(time, std::bind_front(attach_to, news),
                           request::get("/").with_header("Last-Event-ID", id));
    std::vector<std::string> all;
    for (auto const& each : client.events())
        all.push_back(each.data());
    return all;
}

} // namespace

// Rows that cannot be what was kept are left out and said; the topic goes on above every number that it has
// given out, and what it publishes is kept.
TEST_CASE_METHOD(damaged_file, "a log with damaged rows")
{
    struct damage
    {
        char const* statement;
        char const* said;
        std::size_t left; // what can be read at first
    };
    for (damage const& each : std::vector<damage>{
             {"UPDATE events SET text = 'data: x' WHERE number = 3", "number 3: its text begins", 2},
             {"UPDATE events SET text = x'ff00' WHERE number = 4", "number 4: its text begins", 1},
             {"UPDATE events SET own_id = 'a' || char(10) || 'data: b' WHERE number = 3", "an id that no", 2},
             {"UPDATE events SET number = 9223372036854775807 WHERE number = 3", "number 1000005: its text",
              0},
             {"UPDATE events SET number = -1 WHERE number = 3", "number 1000005: its text", 0},
             {"UPDATE events SET number = 9007199254740992 WHERE number = 5", "number 1000004: its text",
              0}}) {
        INFO(each.statement);
        lines.clear();
        {
            keep(5);
            run(each.statement);
        }
        {
            sqlite_log log(path, noting());
            topic news({.name = "news", .max_events = 3, .log = &log});
            REQUIRE(lines.size() == 1);
            CHECK_THAT(lines[0], ContainsSubstring(path) && ContainsSubstring(each.said));
            CHECK(news.stats().history_count == each.left);
            for (int i = 0; i < 5; ++i)
                REQUIRE(news.publish({.data = "later"}));
        }
        sqlite_log log(path, noting());
        topic news({.name = "news", .max_events = 3, .log = &log});
        CHECK(news.stats().history_count == 3);
        auto const position = news.position();
        CHECK(std::stoull(position.substr(position.rfind('-') + 1)) >= 10);
        run("DELETE FROM events; DELETE FROM topics");
    }
}

// An event whose number nobody can know is left out, and clients from before it are told; who has come since
// is not, however often the log is opened again. It is still there, with what its number was.
TEST_CASE_METHOD(damaged_file, "impossible numbers in a log are set aside once")
{
    keep(5);
    run("UPDATE events SET number = 9223372036854775807 WHERE number = 3;"
        "UPDATE events SET number = 0 WHERE number = 4;"
        "UPDATE events SET number = 'none' WHERE number = 5");
    std::string since;
    {
        sqlite_log log(path, noting());
        since = topic({.name = "news", .log = &log}).position();
    }
    for (std::size_t starts = 1; starts < 4; ++starts) {
        sqlite_log log(path, noting());
        topic news({.name = "news", .log = &log});
        CHECK(news.stats().history_count == starts - 1);
        CHECK(data_after(news, since) == std::vector<std::string>(starts - 1, "later"));
        REQUIRE(news.publish({.data = "later"}));
    }
    CHECK_THAT(lines.at(0), ContainsSubstring("3 events of the topic \"news\" are damaged"));
    CHECK(number("SELECT count(*) FROM events WHERE text GLOB 'damaged, its number was *: id: *'") == 3);
}

// A topic whose own row is damaged is refused with a text that says so; the others are not concerned.
TEST_CASE_METHOD(damaged_file, "a log with a damaged topic")
{
    for (auto const* statement :
         {"UPDATE topics SET next_number = -1", "UPDATE topics SET next_number = 9223372036854775807",
          "UPDATE topics SET epoch = ''", "UPDATE topics SET epoch = 'a' || char(10) || 'b'"}) {
        INFO(statement);
        keep(2);
        run(statement);
        {
            sqlite_log log(path);
            CHECK_THROWS_AS(topic({.name = "news", .log = &log}), std::runtime_error);
            topic other({.name = "other", .log = &log});
            CHECK(other.publish({.data = "x"}));
        }
        run("DELETE FROM events; DELETE FROM topics");
    }
}

// Who only reads leaves nothing in the file, and is given the same epoch each time; the first event makes the
// topic's row, under that epoch.
TEST_CASE_METHOD(damaged_file, "a read makes nothing durable")
{
    std::string place;
    {
        sqlite_log log(path);
        topics all;
        all.add("{name...}", {.log = &log});
        for (int i = 0; i < 100; ++i)
            (void)all.get("read only " + std::to_string(i));
        place = all.get("news")->position();
        CHECK(place.ends_with("-0"));
        CHECK(all.get("news")->position() == place);
        CHECK(all.get("other")->position() != place);
    }
    CHECK(number("SELECT count(*) FROM topics") == 0);
    {
        sqlite_log log(path);
        topic news({.name = "news", .log = &log});
        CHECK(news.position() == place);
        CHECK(news.publish({.data = "x"}));
        CHECK_THROWS(news.publish({.id = "a\nb", .data = "x"}));
    }
    CHECK(number("SELECT count(*) FROM topics") == 1);
    sqlite_log log(path);
    CHECK(topic({.name = "news", .log = &log}).position() == place.substr(0, place.size() - 1) + '1');
}

// Rows that earlier versions made for names that were only asked for go.
TEST_CASE_METHOD(damaged_file, "rows of topics without an event go")
{
    keep(1);
    run("INSERT INTO topics(name, epoch, next_number) VALUES('asked', 'e', 1), ('emptied', 'e', 7)");
    {
        sqlite_log log(path);
    }
    CHECK(number("SELECT count(*) FROM topics") == 2);
    CHECK(number("SELECT count(*) FROM topics WHERE name = 'asked'") == 0);
}
