// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/sqlite_store.hpp>

#include "sqlite/faulty_disk.hpp"
#include "support/scratch_folder.hpp"
#include "support/store_user.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

using Catch::Matchers::ContainsSubstring;
using tidings::sqlite_store;
using tidings::test::faulty_disk;
using tidings::test::scratch_folder;
using tidings::test::store_user;
using tidings::test::text_of;

namespace {

using numbers = std::vector<std::uint64_t>;

std::string content_of(std::string const& path)
{
    std::ifstream from(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(from), {}};
}

void write(std::string const& path, std::string const& content)
{
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

// Why a store cannot be opened there.
std::string refusal(std::string const& path)
{
    try {
        sqlite_store store(path);
        store_user(store).read("news");
    } catch (std::runtime_error const& error) {
        return error.what();
    }
    return "";
}

void run(std::string const& path, char const* statements)
{
    sqlite3* database = nullptr;
    sqlite3_open(path.c_str(), &database);
    CHECK(sqlite3_exec(database, statements, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
}

void keep(std::string const& path, std::uint64_t last, std::size_t size = 0)
{
    sqlite_store store(path);
    store_user user(store);
    user.open("news");
    for (std::uint64_t tag = 1; tag <= last; ++tag)
        CHECK(user.append("news", tag, size));
    user.wait("news");
}

} // namespace

// A full disk is an error to those who publish then, who are told what to do, and to nobody else.
TEST_CASE("a store outlives a full disk")
{
    scratch_folder const folder;
    faulty_disk disk;
    {
        sqlite_store store(folder.file("events.db"), {.vfs = faulty_disk::name});
        store_user user(store);
        user.open("news");
        CHECK(user.error_of("news", 1).empty());
        disk.set_room(20'000);
        auto const error = user.error_of("news", 2, 100'000);
        CHECK_THAT(error, ContainsSubstring(folder.file("events.db")));
        CHECK_THAT(error, ContainsSubstring("disk is full"));
        CHECK_THAT(error, ContainsSubstring("free space"));
        store.forget_before("news", 1); // cannot be done now, and harms nobody
        CHECK_THAT(user.error_of("news", 3, 100'000), ContainsSubstring("disk is full"));
        CHECK(user.tags("news") == numbers{1});
        disk.set_room({});
        CHECK(user.error_of("news", 4, 100'000).empty());
        CHECK(user.error_of("news", 5).empty());
        CHECK(user.kept("news") == numbers{1, 4, 5});
        CHECK(user.refused("news") == numbers{2, 3});
    }
    sqlite_store store(folder.file("events.db"));
    CHECK(store_user(store).tags("news") == numbers{1, 4, 5});
}

// The same for a disk that fails, and for one that has become read-only.
TEST_CASE("a store outlives a disk that refuses writes")
{
    scratch_folder const folder;
    faulty_disk disk;
    sqlite_store store(folder.file("events.db"), {.vfs = faulty_disk::name});
    store_user user(store);
    user.open("news");
    CHECK(user.error_of("news", 1).empty());
    disk.refuse_writes(SQLITE_IOERR_WRITE);
    CHECK_THAT(user.error_of("news", 2),
               ContainsSubstring("disk I/O error") && ContainsSubstring("check the disk"));
    CHECK(user.open("a new topic") == 0); // nothing is written for it
    disk.refuse_writes(SQLITE_READONLY);
    CHECK_THAT(user.error_of("news", 3), ContainsSubstring("readonly") && ContainsSubstring("writable"));
    disk.refuse_writes(SQLITE_OK);
    CHECK(user.error_of("news", 4).empty());
    CHECK(user.tags("news") == numbers{1, 4});
}

// A commit whose sync failed lies whole in the file; all the same its events never come back.
TEST_CASE("a refused event stays refused")
{
    scratch_folder const folder;
    faulty_disk disk;
    std::optional<sqlite_store> store;
    store.emplace(folder.file("events.db"), tidings::sqlite_store_options{.vfs = faulty_disk::name});
    store_user user(*store);
    user.open("news");
    CHECK(user.error_of("news", 1).empty());
    disk.fail_sync_after(0);
    CHECK_THAT(user.error_of("news", 2), ContainsSubstring("disk I/O error"));
    // As a crash of the process would leave them.
    write(folder.file("crashed.db"), content_of(folder.file("events.db")));
    write(folder.file("crashed.db-wal"), content_of(folder.file("events.db-wal")));
    sqlite_store crashed(folder.file("crashed.db"));
    CHECK(store_user(crashed).tags("news") == numbers{1});
}

// One file, one store.
TEST_CASE("a second store on the same file is refused")
{
    scratch_folder const folder;
    std::string const path = folder.file("events.db");
    {
        sqlite_store store(path);
        CHECK_THAT(refusal(path), ContainsSubstring("another store has it open"));
        std::filesystem::create_symlink(path, folder.file("link.db"));
        CHECK_THAT(refusal(folder.file("link.db")), ContainsSubstring("another store has it open"));
    }
    CHECK(refusal(path).empty());
}

// A file that is something else is refused, and left as it is.
TEST_CASE("a file that is no store is refused")
{
    scratch_folder const folder;
    std::string const path = folder.file("events.db");
    SECTION("text")
    {
        write(path, std::string(5'000, 'x'));
        CHECK_THAT(refusal(path), ContainsSubstring("not a store"));
    }
    SECTION("short text")
    {
        write(path, "x");
        CHECK_THAT(refusal(path), ContainsSubstring("not a store"));
    }
    SECTION("another database")
    {
        run(path, "CREATE TABLE things(name)");
        CHECK_THAT(refusal(path), ContainsSubstring("the database of another program"));
    }
    SECTION("a newer version")
    {
        keep(path, 1);
        run(path, "PRAGMA user_version = 3");
        CHECK_THAT(refusal(path), ContainsSubstring("another version"));
    }
    SECTION("a folder")
    {
        std::filesystem::create_directory(path);
        CHECK_THAT(refusal(path), ContainsSubstring("unable to open"));
        return;
    }
    auto const before = content_of(path);
    CHECK_THAT(refusal(path), ContainsSubstring(path));
    CHECK(content_of(path) == before);
    CHECK_THAT(refusal(folder.file("no such folder/events.db")),
               ContainsSubstring("the folder has to exist"));
}

// Damage is named when it is met: at the start, or by who reads what is damaged.
TEST_CASE("a damaged file is refused")
{
    scratch_folder const folder;
    std::string const path = folder.file("events.db");
    keep(path, 200, 1'000);
    auto content = content_of(path);
    REQUIRE(content.size() > 100'000);
    SECTION("its beginning")
    {
        content.replace(0, 200, std::string(200, '\0'));
    }
    SECTION("all but its beginning")
    {
        content.replace(4'096, content.size() - 4'096, std::string(content.size() - 4'096, '\xff'));
    }
    SECTION("its end")
    {
        content.resize(content.size() / 2);
    }
    write(path, content);
    CHECK_THAT(refusal(path), ContainsSubstring(path) && ContainsSubstring("damaged"));
}

// Wherever the second file was torn by a crash: the commits before it are there, and nothing else.
TEST_CASE("a torn end of the second file is undone")
{
    scratch_folder const folder;
    std::string const path = folder.file("events.db");
    std::string const copy = folder.file("copy.db");
    sqlite_store store(path);
    store_user user(store);
    user.open("news");
    for (std::uint64_t tag = 1; tag <= 20; ++tag)
        CHECK(user.error_of("news", tag).empty()); // a commit each
    auto const database = content_of(path);
    auto const whole = content_of(path + "-wal");
    REQUIRE(whole.size() > 20 * 4'096);

    std::size_t fewest = 20;
    for (std::size_t cut = 0; cut < whole.size(); cut += 1'777) {
        auto damaged = whole;
        if (cut % 2)
            damaged.resize(whole.size() - cut);
        else
            damaged.replace(whole.size() - cut, cut, std::string(cut, '\0'));
        write(copy, database);
        write(copy + "-wal", damaged);
        for (int start = 1; start <= 2; ++start) {
            sqlite_store healed(copy);
            auto const news = store_user(healed).read("news");
            REQUIRE(news.events.size() <= fewest);
            fewest = news.events.size();
            for (std::size_t i = 0; i < news.events.size(); ++i) {
                REQUIRE(news.events[i].number == i + 1);
                REQUIRE(news.events[i].text == text_of(i + 1));
            }
        }
        if (cut == 0)
            CHECK(fewest == 20);
    }
    CHECK(fewest < 3);
}
