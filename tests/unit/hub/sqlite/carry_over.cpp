// SPDX-License-Identifier: BSL-1.0
// Files that earlier versions wrote, and how they come into the form of this one. Two of them lie in
// tests/sqlite/version_1: `events.db`, as a process left it that was killed, with its second file, and
// `later.db`, of the last version of that form. Both have the same events.
#include <tidings/hub/sqlite/sqlite_store.hpp>

#include "file_editor.hpp"
#include "sqlite/faulty_disk.hpp"
#include "support/scratch_folder.hpp"
#include "support/store_user.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using namespace tidings;
using namespace tidings::test;

namespace {

std::string read(std::string const& path)
{
    std::ifstream from(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(from), {}};
}

/// What is kept of each event, in order, as the old file has it; but for the id line.
constexpr char const* old_events =
    "SELECT hex(name), hex(own_id), hex(key), substr(hex(text), instr(hex(text), '0A') + 2), published "
    "FROM events JOIN topics ON topics.id = topic ORDER BY topic, events.number";
constexpr char const* new_events =
    "SELECT hex(name), hex(own_id), hex(key), hex(text), published "
    "FROM events JOIN topics ON topics.id = topic ORDER BY topic, events.number";

class old_file
{
public:
    scratch_folder const folder;
    std::string const path = folder.file("events.db");
    std::string const copy = path + "-before-2";
    std::vector<std::string> lines;

    explicit old_file(std::string const& name = "events.db")
    {
        for (std::string const end : {"", "-wal"})
            if (std::filesystem::exists(TIDINGS_VERSION_1 "/" + name + end))
                std::filesystem::copy_file(TIDINGS_VERSION_1 "/" + name + end, path + end);
    }

    sqlite_store_options noting(std::string vfs = {})
    {
        return {.log = [this](log_level, std::string_view line) { lines.emplace_back(line); },
                .vfs = std::move(vfs)};
    }

    std::string refusal(sqlite_store_options const& options)
    {
        try {
            sqlite_store const store(path, options);
        } catch (std::runtime_error const& error) {
            return error.what();
        }
        return "";
    }
};

} // namespace

// Each event is there with its text, its own id and its key, in the order of its topic; numbers are given
// anew over all topics, under an epoch of the file. A copy lies beside it, and a line says so. It happens
// once.
TEST_CASE("a file of version 1 is carried over")
{
    std::string const name = GENERATE("events.db", "later.db");
    INFO(name);
    old_file file(name);
    auto const before = ask_file(file.path, old_events);
    REQUIRE(before.size() > 1'000);
    std::string epoch;
    std::uint64_t newest = 0;
    for (int start = 0; start < 2; ++start) {
        sqlite_store store(file.path, file.noting());
        store_user user(store);
        if (start == 0) {
            epoch = user.life().epoch;
            newest = user.life().newest;
        }
        CHECK(user.life().epoch == epoch);
        CHECK(user.life().newest == newest);
        REQUIRE(file.lines.size() == 1);
        CHECK_THAT(file.lines[0],
                   ContainsSubstring(file.copy) &&
                       ContainsSubstring("converted: " + std::to_string(newest) + " events of 5 topics"));
        CHECK(ask_file(file.path, new_events) == before);
        CHECK(ask_file(file.path, "SELECT count(*), min(number), max(number) FROM events") ==
              std::to_string(newest) + " 1 " + std::to_string(newest));

        auto const news = user.read("news");
        REQUIRE(news.events.size() == 6);
        CHECK(news.lost == 0);
        CHECK(news.events[0].text == "data: news 1\n\n");
        CHECK(news.events[1].own_id == "own-a");
        CHECK(news.events[1].text == "event: headline\ndata: two\ndata: lines \xC3\xBC\nretry: 5000\n\n");
        CHECK(news.events[2].text == std::string("data: nul \0 inside\n\n", 20));
        CHECK(news.events[3].text == "data: the clock went back\n\n");
        CHECK(user.read("prices").events.back().key == "ACME");
        CHECK(user.read("gone").newest == 0);
        CHECK(user.read("asked for only").newest == 0);
    }
    // By the time of publishing, but where the clock went back.
    CHECK(ask_file(file.path, "SELECT name FROM events JOIN topics ON topics.id = topic WHERE number <= 9 "
                              "ORDER BY number") ==
          "news\nnews\nprices\nbuilds/17\nnews\nnews\nbuilds/17\nnews\nprices");
    CHECK(ask_file(file.copy, old_events) == before);
    CHECK(ask_file(file.copy, "PRAGMA user_version") == "1");
}

// What was published after it goes above it.
TEST_CASE("a store that was carried over goes on")
{
    old_file file;
    sqlite_store store(file.path, file.noting());
    store_user user(store);
    user.open("news");
    CHECK(user.error_of("news", 1).empty());
    CHECK(user.told().back().second.number == user.life().newest + 1);
    CHECK(user.told().back().second.previous == user.read("news").events.at(5).number);
}

// Whenever the power fails, in the copy, in the transaction or between them, the next start finds a file that
// is whole, in the old form or the new one, and carries it over.
TEST_CASE("a file is whole when the power fails while it is carried over")
{
    std::string const before = ask_file(old_file().path, old_events);
    std::size_t in_old_form = 0;
    std::size_t in_new_form = 0;
    for (long operations = 0; in_new_form < 3; ++operations) {
        REQUIRE(operations < 1'000);
        INFO("after " << operations << " operations");
        old_file file;
        faulty_disk disk;
        std::mt19937_64 random(static_cast<std::uint64_t>(operations));
        disk.cut_power_after(operations);
        (void)file.refusal(file.noting(faulty_disk::name));
        bool const was_cut = disk.is_cut();
        disk.restore_power(random);
        bool const is_old = ask_file(file.path, "PRAGMA user_version") == "1";
        CHECK(ask_file(file.path, is_old ? old_events : new_events) == before);
        if (!is_old) // the copy was on the disk before
            CHECK(ask_file(file.copy, old_events) == before);
        ++(is_old ? in_old_form : in_new_form);
        CHECK((is_old || was_cut || in_new_form > 0));
        sqlite_store store(file.path, file.noting(faulty_disk::name));
        CHECK(ask_file(file.path, new_events) == before);
        CHECK(ask_file(file.copy, old_events) == before);
    }
    CHECK(in_old_form > 20);
}

// Where there is no room for the copy, the old file stays as it is, and a text says what to do.
TEST_CASE("a file is not carried over without a copy")
{
    old_file file("later.db");
    auto const before = read(file.path);
    {
        faulty_disk disk;
        disk.set_room(10'000);
        auto const refusal = file.refusal(file.noting(faulty_disk::name));
        CHECK_THAT(refusal, ContainsSubstring(file.copy) && ContainsSubstring("free space on the disk"));
    }
    CHECK(read(file.path) == before);
    CHECK_FALSE(std::filesystem::exists(file.copy));
    CHECK(file.lines.empty());
    CHECK(file.refusal(file.noting()).empty());
    CHECK(file.lines.size() == 1);
}

// A copy that an earlier attempt has left, whole or not, is replaced; something else in its place is left
// alone.
TEST_CASE("the copy of a file that is carried over")
{
    old_file file("later.db");
    auto const before = ask_file(file.path, old_events);
    SECTION("left by an earlier attempt")
    {
        edit_file(file.copy, "CREATE TABLE half(x)");
        CHECK(file.refusal(file.noting()).empty());
        CHECK(ask_file(file.copy, old_events) == before);
    }
    SECTION("something else")
    {
        std::ofstream(file.copy) << std::string(5'000, 'x');
        CHECK_THAT(file.refusal(file.noting()),
                   ContainsSubstring(file.copy) && ContainsSubstring("not a database"));
        CHECK(read(file.copy) == std::string(5'000, 'x'));
        CHECK(ask_file(file.path, old_events) == before);
    }
}

// What was damaged in the old file is carried along, with a text that no event has, so that it is left out
// and told.
TEST_CASE("damage in a file that is carried over")
{
    old_file file("later.db");
    edit_file(file.path, "UPDATE events SET text = 'data: x' || char(10) || char(10) WHERE own_id = 'own-a';"
                         "UPDATE events SET number = -3 WHERE own_id = 'own b';"
                         "UPDATE events SET text = x'ff00' WHERE own_id = 'own-price';"
                         "UPDATE topics SET epoch = '' WHERE name = 'late'");
    CHECK(file.refusal(file.noting()).empty());
    CHECK(ask_file(file.path,
                   "SELECT count(*) FROM events WHERE text GLOB 'damaged, it began with another id: *'") ==
          "3");
    CHECK(ask_file(file.path,
                   "SELECT count(*) FROM events WHERE text GLOB 'damaged, its number was -3: *'") == "1");
}
