// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/sqlite_log.hpp>

#include "sqlite/faulty_disk.hpp"
#include "sqlite/log_user.hpp"
#include "sqlite/scratch_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <future>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

using tidings::log_tail;
using tidings::logged_event;
using tidings::sqlite_log;
using tidings::test::event_of;
using tidings::test::faulty_disk;
using tidings::test::log_user;
using tidings::test::numbers_of;
using tidings::test::scratch_folder;

namespace {

using numbers = std::vector<std::uint64_t>;

numbers count(std::uint64_t from, std::uint64_t to)
{
    numbers all(to - from + 1);
    std::iota(all.begin(), all.end(), from);
    return all;
}

/// Holds the thread of a log in the callback of an event, so that what comes is queued.
class held_log
{
public:
    held_log(sqlite_log& log, std::string const& topic, std::uint64_t number)
    {
        std::promise<void> reached;
        auto is_held = reached.get_future();
        REQUIRE(log.append(topic, event_of(number), [this, &reached](std::exception_ptr) {
            reached.set_value();
            released_.get_future().wait();
        }));
        is_held.wait();
    }
    void release() { released_.set_value(); }

private:
    std::promise<void> released_;
};

} // namespace

// What is kept comes back whole and in order, under the same epoch.
TEST_CASE("a log keeps events")
{
    scratch_folder const folder;
    logged_event const special{.number = 7,
                               .own_id = "own \"id\"",
                               .key = "k",
                               .text = std::string("id: x\ndata: a\0b \xC3\xBC\n\n", 20),
                               .published = std::chrono::system_clock::now()};
    std::string epoch;
    {
        sqlite_log log(folder.file("events.db"));
        auto const fresh = log.open("news");
        epoch = fresh.epoch;
        CHECK(epoch.size() == 12);
        CHECK(epoch.find_first_not_of("0123456789abcdefghijklmnopqrstuv") == std::string::npos);
        CHECK(fresh.next_number == 1);
        CHECK(fresh.events.empty());
        CHECK(log.open("other").epoch != epoch);

        log_user news(log, "news");
        log_user other(log, "other");
        CHECK(news.append(1));
        CHECK(news.append(3));
        CHECK(other.append(1));
        CHECK(news.append(special));
        news.wait();
        other.wait();
        CHECK(news.kept() == numbers{1, 3, 7});
        CHECK(numbers_of(log.open("news")) == numbers{1, 3, 7});
    }
    for (int again = 0; again < 2; ++again) {
        sqlite_log log(folder.file("events.db"));
        auto const tail = log.open("news");
        CHECK(tail.epoch == epoch);
        CHECK(tail.next_number == 8);
        REQUIRE(numbers_of(tail) == numbers{1, 3, 7});
        CHECK(tail.events[0].text == event_of(1).text);
        CHECK(tail.events[0].own_id.empty());
        CHECK(tail.events[2].own_id == special.own_id);
        CHECK(tail.events[2].key == special.key);
        CHECK(tail.events[2].text == special.text);
        CHECK(tail.events[2].published == special.published);
        CHECK(numbers_of(log.open("other")) == numbers{1});
    }
}

// A number is never given twice, also when all events are gone.
TEST_CASE("a log knows the next number after all events were deleted")
{
    scratch_folder const folder;
    {
        sqlite_log log(folder.file("events.db"));
        log.open("news");
        log_user news(log, "news");
        for (auto const number : count(1, 10))
            CHECK(news.append(number));
        news.wait();
        log.forget_before("news", 10);
        log.forget("news", 10);
    }
    sqlite_log log(folder.file("events.db"));
    auto const tail = log.open("news");
    CHECK(tail.events.empty());
    CHECK(tail.next_number == 11);
}

// All that is queued while a commit is on its way goes into the next, as one.
TEST_CASE("a log commits in groups")
{
    scratch_folder const folder;
    faulty_disk disk;
    sqlite_log log(folder.file("events.db"), {.vfs = faulty_disk::name});
    log.open("news");
    log_user news(log, "news");
    held_log held(log, "news", 1);
    auto const before = disk.wal_syncs();
    for (auto const number : count(2, 101))
        CHECK(news.append(number));
    held.release();
    news.wait();
    CHECK(news.kept() == count(2, 101));
    CHECK(disk.wal_syncs() == before + 1);
    for (auto const number : count(102, 104))
        CHECK(news.error_of(number).empty());
    CHECK(disk.wal_syncs() == before + 4);
}

// What does not fit into the queue is refused at once, and its callback is never called.
TEST_CASE("a log's queue is bounded")
{
    scratch_folder const folder;
    tidings::sqlite_log_options options;
    std::size_t fitting = 3;
    SECTION("in events")
    {
        options.max_queued_events = 3;
    }
    SECTION("in bytes")
    {
        options.queue_bytes = 40'000;
    }
    sqlite_log log(folder.file("events.db"), options);
    log.open("news");
    log_user news(log, "news");
    held_log held(log, "news", 1);
    for (std::uint64_t number = 2; number < 2 + fitting; ++number)
        CHECK(news.append(number, 12'000));
    CHECK_FALSE(news.append(90, 12'000));
    held.release();
    news.wait();
    CHECK(news.kept() == numbers{2, 3, 4});
    CHECK(news.error_of(91).empty());
    CHECK(numbers_of(log.open("news")) == numbers{1, 2, 3, 4, 91});
}

// Who opens a topic sees what was appended before, also what is still queued.
TEST_CASE("open sees what is queued")
{
    scratch_folder const folder;
    sqlite_log log(folder.file("events.db"));
    log.open("news");
    log_user news(log, "news");
    for (auto const number : count(1, 200))
        CHECK(news.append(number));
    CHECK(numbers_of(log.open("news")) == count(1, 200));
    news.wait();
}

// The end of a log waits for what is queued, and no callback is lost.
TEST_CASE("a log keeps what is queued when it ends")
{
    scratch_folder const folder;
    std::optional<log_user> news;
    {
        sqlite_log log(folder.file("events.db"));
        log.open("news");
        news.emplace(log, "news");
        for (auto const number : count(1, 500))
            CHECK(news->append(number));
    }
    CHECK(news->kept() == count(1, 500));
    sqlite_log log(folder.file("events.db"));
    CHECK(numbers_of(log.open("news")) == count(1, 500));
}

// Also what a callback appends while the log ends.
TEST_CASE("a log that ends keeps what its callbacks append")
{
    scratch_folder const folder;
    constexpr std::uint64_t last = 50;
    std::uint64_t kept = 0;
    std::function<void(std::uint64_t)> append_next;
    {
        sqlite_log log(folder.file("events.db"));
        log.open("news");
        append_next = [&](std::uint64_t number) {
            (void)log.append("news", event_of(number), [&, number](std::exception_ptr) {
                kept = number;
                if (number < last)
                    append_next(number + 1);
            });
        };
        append_next(1);
    }
    CHECK(kept == last);
}

// An event that is wrong in itself is an error alone, not for those of the same commit.
TEST_CASE("a number that is kept already is refused")
{
    scratch_folder const folder;
    sqlite_log log(folder.file("events.db"));
    log.open("news");
    log_user news(log, "news");
    held_log held(log, "news", 1);
    CHECK(news.append(2));
    CHECK(news.append(1));
    CHECK(news.append(3));
    held.release();
    news.wait();
    CHECK(news.kept() == numbers{2, 3});
    CHECK(news.refused() == numbers{1});
    CHECK_THROWS_AS(log.append("unknown", event_of(1), [](auto) {}), std::logic_error);
}

// Threads publish to topics of their own and to one that they share.
TEST_CASE("a log is used from threads")
{
    scratch_folder const folder;
    sqlite_log log(folder.file("events.db"));
    auto const publish = [&log](int thread) {
        std::string const topic = "topic " + std::to_string(thread);
        log.open(topic);
        log_user user(log, topic);
        for (auto const number : count(1, 300)) {
            (void)user.append(number);
            if (number % 10 == 0)
                log.forget_before(topic, number - 5);
            if (number % 50 == 0)
                (void)log.open(topic);
        }
        user.wait();
        return user.kept() == count(1, 300);
    };
    std::vector<std::future<bool>> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.push_back(std::async(std::launch::async, publish, thread));
    for (auto& each : threads)
        CHECK(each.get());
    for (int thread = 0; thread < 4; ++thread) {
        auto const tail = log.open("topic " + std::to_string(thread));
        CHECK(tail.next_number == 301);
        CHECK(tail.events.back().number == 300);
    }
}
