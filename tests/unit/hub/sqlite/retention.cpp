// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/sqlite_log.hpp>

#include "sqlite/faulty_disk.hpp"
#include "sqlite/log_user.hpp"
#include "sqlite/scratch_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <memory>
#include <string>

using tidings::sqlite_log;
using tidings::test::event_of;
using tidings::test::faulty_disk;
using tidings::test::log_user;
using tidings::test::numbers_of;
using tidings::test::scratch_folder;

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

void fill(sqlite_log& log, std::string const& topic, std::uint64_t from, std::uint64_t to,
          std::size_t size = 0)
{
    log_user user(log, topic);
    for (auto number = from; number <= to; ++number) {
        REQUIRE(user.append(number, size));
        user.wait(1'000);
    }
    user.wait();
}

} // namespace

// Deleting much does not hold a publisher up: it goes on in steps between commits.
TEST_CASE("a log deletes in small steps")
{
    scratch_folder const folder;
    std::string const path = folder.file("events.db");
    sqlite_log log(path);
    log.open("news");
    fill(log, "news", 1, 10'000);
    log_user news(log, "news");

    long rows = 0;
    std::promise<void> is_over;
    REQUIRE(log.append("news", event_of(10'001), [&](std::exception_ptr) {
        log.forget_before("news", 2'000); // the thread is here, so both wait for it
        log.forget_before("news", 10'000);
        log.forget_before("news", 3'000);
        REQUIRE(log.append("news", event_of(10'002), [&](std::exception_ptr) {
            rows = rows_in(path);
            is_over.set_value();
        }));
    }));
    is_over.get_future().wait();
    CHECK(rows > 9'000);

    std::uint64_t number = 10'003;
    for (int rounds = 0; rounds < 100 && rows_in(path) > 100; ++rounds)
        CHECK(news.error_of(number++).empty());
    CHECK(rows_in(path) <= 100);
    auto const tail = log.open("news");
    REQUIRE(!tail.events.empty());
    CHECK(tail.events.front().number == 10'000);
    CHECK(tail.next_number == number);
}

// Single events leave, the others stay.
TEST_CASE("a log forgets single events")
{
    scratch_folder const folder;
    {
        sqlite_log log(folder.file("events.db"));
        log.open("a");
        log.open("b");
        fill(log, "a", 1, 5);
        fill(log, "b", 1, 5);
        log.forget("a", 2);
        log.forget("a", 4);
        log.forget("a", 99);
        log.forget("b", 5);
    }
    sqlite_log log(folder.file("events.db"));
    CHECK(numbers_of(log.open("a")) == std::vector<std::uint64_t>{1, 3, 5});
    auto const b = log.open("b");
    CHECK(numbers_of(b) == std::vector<std::uint64_t>{1, 2, 3, 4});
    CHECK(b.next_number == 6);
}

// What could not be deleted while the disk failed is deleted later.
TEST_CASE("a log forgets single events when the disk takes writes again")
{
    scratch_folder const folder;
    faulty_disk disk;
    {
        sqlite_log log(folder.file("events.db"), {.vfs = faulty_disk::name});
        log.open("news");
        fill(log, "news", 1, 3);
        disk.refuse_writes(SQLITE_IOERR_WRITE);
        log.forget("news", 2);
        log.open("news");
        log.open("news"); // answered in a later round than the one that has tried to delete
        disk.refuse_writes(SQLITE_OK);
    }
    sqlite_log log(folder.file("events.db"));
    CHECK(numbers_of(log.open("news")) == std::vector<std::uint64_t>{1, 3});
}

// The room of deleted events is used again, and the second file is folded into the first.
TEST_CASE("the files of a log stay small")
{
    scratch_folder const folder;
    std::string const path = folder.file("events.db");
    sqlite_log log(path, {.wal_bytes = 256 * 1024});
    log.open("news");
    log_user news(log, "news");
    std::uintmax_t largest = 0;
    std::uintmax_t largest_wal = 0;
    for (std::uint64_t number = 1; number <= 5'000; ++number) {
        REQUIRE(news.append(number, 2'000));
        if (number > 100)
            log.forget_before("news", number - 100);
        news.wait(20);
        largest = std::max(largest, std::filesystem::file_size(path));
        largest_wal = std::max(largest_wal, std::filesystem::file_size(path + "-wal"));
    }
    news.wait();
    INFO("largest file " << largest << ", largest second file " << largest_wal);
    CHECK(largest < 2'000'000); // 10 MB went through it
    CHECK(largest_wal < 1'000'000);
}

// A copy that is made while publishers go on is a log, and has what was kept when it was begun.
TEST_CASE("a log is copied while it is in use")
{
    scratch_folder const folder;
    sqlite_log log(folder.file("events.db"), {.wal_bytes = 64 * 1024});
    auto const epoch = log.open("news").epoch;
    fill(log, "news", 1, 2'000, 500);
    std::uint64_t const kept = 2'000;
    {
        auto const publishing =
            std::async(std::launch::async, [&log] { fill(log, "news", 2'001, 6'000, 500); });
        log.copy_to(folder.file("copy.db"));
    }
    CHECK_THROWS_AS(log.copy_to(folder.file("copy.db")), std::runtime_error);
    CHECK_THROWS_AS(log.copy_to(folder.file("no such folder/copy.db")), std::runtime_error);

    sqlite_log copy(folder.file("copy.db"));
    auto const tail = copy.open("news");
    CHECK(tail.epoch == epoch);
    CHECK(tail.events.size() >= kept);
    CHECK(tail.next_number == tail.events.size() + 1);
    for (std::size_t i = 0; i < tail.events.size(); ++i) {
        if (tail.events[i].text != event_of(i + 1, 500).text)
            FAIL("event " << i + 1 << " is not what it was");
    }
    log_user user(copy, "news");
    CHECK(user.error_of(tail.next_number).empty());
    CHECK(numbers_of(log.open("news")).size() == 6'000);
}
