// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/sqlite_store.hpp>

#include "file_editor.hpp"
#include "support/scratch_folder.hpp"
#include "support/store_user.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <stdexcept>
#include <string>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using namespace tidings;
using namespace tidings::test;

namespace {

class damaged_file
{
public:
    scratch_folder const folder;
    std::string const path = folder.file("events.db");

    // So many events of the topic "news", numbered from 1.
    void keep(int count)
    {
        sqlite_store store(path);
        store_user user(store);
        user.open("news");
        for (int i = 0; i < count; ++i)
            REQUIRE(user.error_of("news", 7).empty());
    }

    std::string refusal()
    {
        try {
            sqlite_store store(path);
            store_user user(store);
            user.open("news");
        } catch (std::runtime_error const& error) {
            return error.what();
        }
        return "";
    }
};

} // namespace

// An event whose number nobody can know may have been the newest: it gets one far above all that were, and a
// text that shows what it is, once; later numbers are above it.
TEST_CASE_METHOD(damaged_file, "impossible numbers in a store are set aside once")
{
    keep(5);
    edit_file(path, "UPDATE events SET number = 9223372036854775807 WHERE number = 3;"
                    "UPDATE events SET number = 0 WHERE number = 4;"
                    "UPDATE events SET number = -7 WHERE number = 5");
    for (int start = 0; start < 3; ++start) {
        sqlite_store store(path);
        store_user user(store);
        CHECK(user.life().newest == 1'000'004 + static_cast<std::uint64_t>(start));
        auto const news = user.read("news");
        CHECK(news.events.size() == 5 + static_cast<std::size_t>(start));
        CHECK(news.events.at(1).number == 2);
        CHECK(news.events.at(2).number == 1'000'002);
        CHECK(news.events.at(4).number == 1'000'004);
        CHECK(news.lost == 0);
        user.open("news");
        CHECK(user.error_of("news", 8).empty());
    }
    CHECK(
        ask_file(path, "SELECT count(*) FROM events WHERE text GLOB 'damaged, its number was *: data: 7*'") ==
        "3");
}

// A store that cannot know its own life, or its newest number, is refused with a text that says so.
TEST_CASE_METHOD(damaged_file, "a store with a damaged row of its own is refused")
{
    keep(2);
    edit_file(path, "CREATE TABLE before AS SELECT * FROM store");
    for (auto const* statement :
         {"UPDATE store SET epoch = ''", "UPDATE store SET epoch = 'a' || char(10) || 'b'",
          "UPDATE store SET epoch = replace(hex(zeroblob(40)), '0', 'a')",
          "UPDATE store SET newest = 9223372036854775807", "DELETE FROM store"}) {
        INFO(statement);
        edit_file(path, statement);
        CHECK_THAT(refusal(), ContainsSubstring(path) && ContainsSubstring("it is damaged"));
        edit_file(path, "DELETE FROM store; INSERT INTO store SELECT * FROM before");
        CHECK(refusal().empty());
    }
}

// A topic whose own row is damaged is refused; the others are not concerned.
TEST_CASE_METHOD(damaged_file, "a store with a damaged topic")
{
    keep(2);
    for (auto const* statement : {"UPDATE topics SET lost = -1", "UPDATE topics SET lost = 3"}) {
        INFO(statement);
        edit_file(path, statement);
        CHECK_THAT(refusal(), ContainsSubstring("it says that the topic \"news\" has had"));
        sqlite_store store(path);
        store_user user(store);
        user.open("other");
        CHECK_THROWS_AS(user.open("news"), std::runtime_error);
        CHECK_THROWS_AS(store.append("news", {}, [](auto) {}), std::logic_error);
    }
}

// Who only opens a topic leaves nothing in the file; its first event makes the topic's row.
TEST_CASE_METHOD(damaged_file, "a read makes nothing durable")
{
    {
        sqlite_store store(path);
        store_user user(store);
        for (int i = 0; i < 100; ++i)
            CHECK(user.read("read only " + std::to_string(i)).newest == 0);
    }
    CHECK(ask_file(path, "SELECT count(*) FROM topics") == "0");
    keep(2);
    CHECK(ask_file(path, "SELECT name, lost FROM topics") == "news 0");
}
