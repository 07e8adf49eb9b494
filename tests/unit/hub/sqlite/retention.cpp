// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/sqlite_store.hpp>

#include "sqlite/faulty_disk.hpp"
#include "support/scratch_folder.hpp"
#include "support/store_user.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <memory>
#include <string>

using tidings::sqlite_store;
using tidings::topic_store;
using tidings::test::faulty_disk;
using tidings::test::scratch_folder;
using tidings::test::store_user;
using tidings::test::tags_of;
using tidings::test::text_of;

namespace {

// As another program sees it.
long rows_in(std::string const& path)
{
    sqlite3* handle = nullptr;
    int const result = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr);
    std::unique_ptr<sqlite3, decltype(&sqlite3_close)> const database(handle, &sqlite3_close);
    REQUIRE(result == SQLITE_OK);
    long rows = -1;
    auto const read = [](void* into, int, char** values, char**) {
        *static_cast<long*>(into) = std::stol(values[0]);
        return 0;
    };
    REQUIRE(sqlite3_exec(handle, "SELECT count(*) FROM events", read, &rows, nullptr) == SQLITE_OK);
    return rows;
}

void fill(store_user& user, std::string const& topic, std::uint64_t from, std::uint64_t to,
          std::size_t size = 0)
{
    for (auto tag = from; tag <= to; ++tag) {
        REQUIRE(user.append(topic, tag, size));
        user.wait(topic, 1'000);
    }
    user.wait(topic);
}

} // namespace

// Deleting much does not hold a publisher up: it goes on in steps between commits.
TEST_CASE("a store deletes in small steps")
{
    scratch_folder const folder;
    std::string const path = folder.file("events.db");
    sqlite_store store(path);
    store_user user(store);
    user.open("news");
    fill(user, "news", 1, 10'000);

    long rows = 0;
    std::promise<void> is_over;
    REQUIRE(store.append("news", {.text = text_of(10'001)}, [&](topic_store::kept) {
        store.forget_before("news", 2'000); // the thread is here, so both wait for it
        store.forget_before("news", 10'000);
        store.forget_before("news", 3'000);
        REQUIRE(store.append("news", {.text = text_of(10'002)}, [&](topic_store::kept) {
            rows = rows_in(path);
            is_over.set_value();
        }));
    }));
    is_over.get_future().wait();
    CHECK(rows > 9'000);
    auto const midway = user.read("news");
    CHECK(midway.lost + 1 == midway.events.front().number); // what is gone is said at each step

    std::uint64_t tag = 10'003;
    for (int rounds = 0; rounds < 100 && rows_in(path) > 100; ++rounds)
        CHECK(user.error_of("news", tag++).empty());
    CHECK(rows_in(path) <= 100);
    auto const news = user.read("news");
    REQUIRE(!news.events.empty());
    CHECK(news.events.front().number == 10'000);
    CHECK(news.lost == 9'999);
    CHECK(news.newest == tag - 1);
}

// Single events leave, the others stay; that is no loss.
TEST_CASE("a store forgets single events")
{
    scratch_folder const folder;
    {
        sqlite_store store(folder.file("events.db"));
        store_user user(store);
        user.open("a");
        user.open("b");
        fill(user, "a", 1, 5);
        fill(user, "b", 6, 10);
        store.forget("a", 2);
        store.forget("a", 4);
        store.forget("a", 6); // another's
        store.forget("a", 99);
        store.forget("b", 9);
    }
    sqlite_store store(folder.file("events.db"));
    store_user user(store);
    auto const a = user.read("a");
    CHECK(tags_of(a.events) == std::vector<std::uint64_t>{1, 3, 5});
    CHECK(a.lost == 0);
    auto const b = user.read("b");
    CHECK(tags_of(b.events) == std::vector<std::uint64_t>{6, 7, 8, 10});
    CHECK(b.newest == 10);
}

// What could not be deleted while the disk failed is deleted later.
TEST_CASE("a store forgets single events when the disk takes writes again")
{
    scratch_folder const folder;
    faulty_disk disk;
    {
        sqlite_store store(folder.file("events.db"), {.vfs = faulty_disk::name});
        store_user user(store);
        user.open("news");
        fill(user, "news", 1, 3);
        disk.refuse_writes(SQLITE_IOERR_WRITE);
        store.forget("news", 2);
        user.open("news");
        user.open("news"); // answered in a later round than the one that has tried to delete
        disk.refuse_writes(SQLITE_OK);
    }
    sqlite_store store(folder.file("events.db"));
    CHECK(store_user(store).tags("news") == std::vector<std::uint64_t>{1, 3});
}

// The room of deleted events is used again, and the second file is folded into the first.
TEST_CASE("the files of a store stay small")
{
    scratch_folder const folder;
    std::string const path = folder.file("events.db");
    sqlite_store store(path, {.wal_bytes = 256 * 1024});
    store_user user(store);
    user.open("news");
    std::uintmax_t largest = 0;
    std::uintmax_t largest_wal = 0;
    for (std::uint64_t tag = 1; tag <= 5'000; ++tag) {
        REQUIRE(user.append("news", tag, 2'000));
        if (tag > 100)
            store.forget_before("news", tag - 100);
        user.wait("news", 20);
        largest = std::max(largest, std::filesystem::file_size(path));
        largest_wal = std::max(largest_wal, std::filesystem::file_size(path + "-wal"));
    }
    user.wait("news");
    INFO("largest file " << largest << ", largest second file " << largest_wal);
    CHECK(largest < 2'000'000); // 10 MB went through it
    CHECK(largest_wal < 1'000'000);
}

// A copy that is made while publishers go on is a store, and has what was kept when it was begun.
TEST_CASE("a store is copied while it is in use")
{
    scratch_folder const folder;
    sqlite_store store(folder.file("events.db"), {.wal_bytes = 64 * 1024});
    store_user user(store);
    user.open("news");
    fill(user, "news", 1, 2'000, 500);
    std::uint64_t const kept = 2'000;
    {
        auto const publishing =
            std::async(std::launch::async, [&user] { fill(user, "news", 2'001, 6'000, 500); });
        store.copy_to(folder.file("copy.db"));
    }
    CHECK_THROWS_AS(store.copy_to(folder.file("copy.db")), std::runtime_error);
    CHECK_THROWS_AS(store.copy_to(folder.file("no such folder/copy.db")), std::runtime_error);

    sqlite_store copy(folder.file("copy.db"));
    store_user copy_user(copy);
    CHECK(copy_user.life().epoch == user.life().epoch);
    auto const news = copy_user.read("news");
    CHECK(news.events.size() >= kept);
    for (std::size_t i = 0; i < news.events.size(); ++i) {
        if (news.events[i].text != text_of(i + 1, 500) || news.events[i].number != i + 1)
            FAIL("event " << i + 1 << " is not what it was");
    }
    copy_user.open("news");
    CHECK(copy_user.error_of("news", 9'000).empty());
    CHECK(user.tags("news").size() == 6'000);
}
