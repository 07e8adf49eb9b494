// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/sqlite/sqlite_store.hpp>

#include "sqlite/faulty_disk.hpp"
#include "support/scratch_folder.hpp"
#include "support/store_user.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <future>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

using tidings::sqlite_store;
using tidings::stored_event;
using tidings::topic_store;
using tidings::test::faulty_disk;
using tidings::test::scratch_folder;
using tidings::test::store_user;
using tidings::test::tags_of;
using tidings::test::text_of;

namespace {

using numbers = std::vector<std::uint64_t>;

numbers count(std::uint64_t from, std::uint64_t to)
{
    numbers all(to - from + 1);
    std::iota(all.begin(), all.end(), from);
    return all;
}

/// Holds the thread of a store that commits in the callback of an event, so that what comes is queued.
class held_store
{
public:
    held_store(sqlite_store& store, std::string const& topic)
    {
        std::promise<void> reached;
        auto is_held = reached.get_future();
        auto const released = released_.get_future().share(); // the callback may outlive this
        REQUIRE(store.append(topic, {.text = text_of(1)}, [released, &reached](topic_store::kept) {
            reached.set_value();
            released.wait();
        }));
        is_held.wait();
    }
    void release() { released_.set_value(); }

private:
    std::promise<void> released_;
};

} // namespace

// What is kept comes back whole and in order, under the same epoch; numbers rise over all topics.
TEST_CASE("a store keeps events")
{
    scratch_folder const folder;
    stored_event const special{.own_id = "own \"id\"",
                               .key = "k",
                               .text = std::string("data: a\0b \xC3\xBC\n\n", 14),
                               .published = std::chrono::system_clock::now()};
    std::string epoch;
    {
        sqlite_store store(folder.file("events.db"));
        store_user user(store);
        epoch = user.life().epoch;
        CHECK(epoch.size() == 12);
        CHECK(epoch.find_first_not_of("0123456789abcdefghijklmnopqrstuv") == std::string::npos);
        CHECK(user.life().newest == 0);
        CHECK(user.open("news") == 0);
        CHECK(user.open("other") == 0);
        CHECK(user.error_of("news", 1).empty());
        CHECK(user.error_of("other", 2).empty());
        CHECK(user.append("news", special));
        user.wait("news");
        CHECK(store.name() == "the store " + folder.file("events.db"));
    }
    for (int again = 0; again < 2; ++again) {
        sqlite_store store(folder.file("events.db"));
        store_user user(store);
        CHECK(user.life().epoch == epoch);
        CHECK(user.life().newest == 3);
        auto const news = user.read("news");
        CHECK(news.newest == 3);
        CHECK(news.lost == 0);
        REQUIRE(news.events.size() == 2);
        CHECK(news.events[0].number == 1);
        CHECK(news.events[0].text == text_of(1));
        CHECK(news.events[0].own_id.empty());
        CHECK(news.events[1].number == 3);
        CHECK(news.events[1].own_id == special.own_id);
        CHECK(news.events[1].key == special.key);
        CHECK(news.events[1].text == special.text);
        CHECK(news.events[1].published == special.published);
        CHECK(user.tags("other") == numbers{2});
        CHECK(user.read("nobody's").newest == 0);
    }
}

// The registry is told of each event, in the order of the numbers over all topics and with the one before it
// in its topic, before its publisher is.
TEST_CASE("a store tells the registry what it keeps")
{
    scratch_folder const folder;
    {
        sqlite_store store(folder.file("events.db"));
        store_user user(store);
        user.open("a");
        CHECK(user.error_of("a", 1).empty());
    }
    sqlite_store store(folder.file("events.db"));
    store_user user(store);
    CHECK(user.open("a") == 1);
    CHECK(user.open("b") == 0);
    for (std::uint64_t tag = 2; tag <= 7; ++tag)
        CHECK(user.append(tag % 2 ? "a" : "b", tag));
    user.wait("a");
    user.wait("b");
    auto const told = user.told();
    REQUIRE(told.size() == 6);
    numbers const previous{0, 1, 2, 3, 4, 5};
    for (std::size_t i = 0; i < told.size(); ++i) {
        CHECK(told[i].first == (i % 2 ? "a" : "b"));
        CHECK(told[i].second.number == i + 2);
        CHECK(told[i].second.previous == previous[i]);
        CHECK(told[i].second.text == text_of(i + 2));
    }
    CHECK_FALSE(user.was_early());
}

// A store belongs to one registry, also when that is gone: nobody else knows what was kept for it.
TEST_CASE("a second registry is refused")
{
    scratch_folder const folder;
    sqlite_store store(folder.file("events.db"));
    {
        store_user user(store);
        user.open("news");
        CHECK_THROWS_AS(store_user(store), std::logic_error);
        CHECK(user.append("news", 1));
    }
    CHECK_THROWS_AS(store_user(store), std::logic_error);
}

// A number is never given twice, also when all events are gone.
TEST_CASE("a store goes on above all its numbers after all events were deleted")
{
    scratch_folder const folder;
    {
        sqlite_store store(folder.file("events.db"));
        store_user user(store);
        user.open("news");
        for (auto const tag : count(1, 10))
            CHECK(user.append("news", tag));
        user.wait("news");
        store.forget_before("news", 11);
    }
    sqlite_store store(folder.file("events.db"));
    store_user user(store);
    CHECK(user.life().newest == 10);
    auto const news = user.read("news");
    CHECK(news.events.empty());
    CHECK(news.newest == 10);
    CHECK(news.lost == 10);
}

// All that is queued while a commit is on its way goes into the next, as one.
TEST_CASE("a store commits in groups")
{
    scratch_folder const folder;
    faulty_disk disk;
    sqlite_store store(folder.file("events.db"), {.vfs = faulty_disk::name});
    store_user user(store);
    user.open("news");
    held_store held(store, "news");
    auto const before = disk.wal_syncs();
    for (auto const tag : count(2, 101))
        CHECK(user.append("news", tag));
    held.release();
    user.wait("news");
    CHECK(user.kept("news") == count(2, 101));
    CHECK(disk.wal_syncs() == before + 1);
    for (auto const tag : count(102, 104))
        CHECK(user.error_of("news", tag).empty());
    CHECK(disk.wal_syncs() == before + 4);
}

// What does not fit into the queue is refused at once, and its callback is never called.
TEST_CASE("a store's queue is bounded")
{
    scratch_folder const folder;
    tidings::sqlite_store_options options;
    std::size_t const fitting = 3;
    SECTION("in events")
    {
        options.max_queued_events = 3;
    }
    SECTION("in bytes")
    {
        options.queue_bytes = 40'000;
    }
    sqlite_store store(folder.file("events.db"), options);
    store_user user(store);
    user.open("news");
    held_store held(store, "news");
    for (std::uint64_t tag = 2; tag < 2 + fitting; ++tag)
        CHECK(user.append("news", tag, 12'000));
    CHECK_FALSE(user.append("news", 90, 12'000));
    held.release();
    user.wait("news");
    CHECK(user.kept("news") == numbers{2, 3, 4});
    CHECK(user.error_of("news", 91).empty());
    CHECK(user.tags("news") == numbers{1, 2, 3, 4, 91});
}

// Whoever is queued when a topic is opened is either older than what it is told is the newest, or told of by
// `on_event`; so nothing falls in between.
TEST_CASE("what is queued while a topic is opened is told afterwards")
{
    scratch_folder const folder;
    sqlite_store store(folder.file("events.db"));
    store_user user(store);
    user.open("news");
    for (auto const tag : count(1, 200))
        CHECK(user.append("news", tag));
    auto const newest = user.open("news");
    user.wait("news");
    auto const older = user.read_page("news", 0, newest);
    auto all = tags_of(older.events);
    for (auto const& [topic, each] : user.told())
        if (each.number > newest)
            all.push_back(tidings::test::tag_of(each));
    CHECK(all == count(1, 200));
}

// An event may be appended as soon as its topic was asked for; it is told after the answer.
TEST_CASE("a publisher need not wait until its topic is open")
{
    scratch_folder const folder;
    sqlite_store store(folder.file("events.db"));
    store_user user(store);
    user.open("other");
    held_store held(store, "other");
    std::optional<std::size_t> told_before;
    store.open("news", {}, [&](topic_store::opened) { told_before = user.told().size(); });
    CHECK(user.append("news", 5));
    held.release();
    user.wait("news");
    CHECK(told_before == 1); // the one that held the thread
    CHECK(user.told().back().second.text == text_of(5));
}

// Long histories are read in pages that are bounded in events and in bytes.
TEST_CASE("a store reads in pages")
{
    scratch_folder const folder;
    sqlite_store store(folder.file("events.db"));
    store_user user(store);
    user.open("many");
    user.open("large");
    for (auto const tag : count(1, 2'500)) {
        CHECK(user.append("many", tag));
        if (tag % 500 == 0)
            CHECK(user.append("large", tag, 400'000));
    }
    user.wait("many");
    user.wait("large");
    auto const first = user.read_page("many", 0);
    CHECK(first.events.size() == 1'000);
    CHECK_FALSE(first.is_last);
    CHECK(user.tags("many") == count(1, 2'500));
    auto const large = user.read_page("large", 0);
    CHECK(large.events.size() == 2);
    CHECK_FALSE(large.is_last);
    CHECK(user.tags("large") == numbers{500, 1'000, 1'500, 2'000, 2'500});
    auto const part = user.read_page("many", first.events[9].number, first.events[12].number);
    CHECK(tags_of(part.events) == numbers{11, 12, 13});
    CHECK(part.is_last);
}

// Who reads waits for no commit, also when one takes long.
TEST_CASE("a page is read while a commit is on its way")
{
    scratch_folder const folder;
    sqlite_store store(folder.file("events.db"));
    store_user user(store);
    user.open("news");
    CHECK(user.error_of("news", 7).empty());
    held_store held(store, "news");
    CHECK(tags_of(user.read_page("news", 0).events) == numbers{7, 1});
    held.release();
}

// The end of a store waits for what is queued, and no callback is lost.
TEST_CASE("a store keeps what is queued when it ends")
{
    scratch_folder const folder;
    std::optional<sqlite_store> store;
    store.emplace(folder.file("events.db"));
    store_user user(*store);
    user.open("news");
    for (auto const tag : count(1, 500))
        CHECK(user.append("news", tag));
    std::size_t pages = 0;
    std::size_t opened = 0;
    for (int i = 0; i < 10; ++i) {
        store->read("news", 0, 5, [&](topic_store::page) { ++pages; });
        store->open("news", {}, [&](topic_store::opened) { ++opened; });
    }
    store.reset();
    CHECK(user.kept("news") == count(1, 500));
    CHECK(pages == 10);
    CHECK(opened == 10);
    sqlite_store again(folder.file("events.db"));
    CHECK(store_user(again).tags("news") == count(1, 500));
}

// Also what a callback appends while the store ends.
TEST_CASE("a store that ends keeps what its callbacks append")
{
    scratch_folder const folder;
    constexpr std::uint64_t last = 50;
    std::uint64_t kept = 0;
    std::function<void(std::uint64_t)> append_next;
    {
        sqlite_store store(folder.file("events.db"));
        store_user user(store);
        user.open("news");
        append_next = [&](std::uint64_t tag) {
            (void)store.append("news", {.text = text_of(tag)}, [&, tag](topic_store::kept) {
                kept = tag;
                if (tag < last)
                    append_next(tag + 1);
            });
        };
        append_next(1);
    }
    CHECK(kept == last);
}

// The last handle of a store may go in one of its own callbacks, on either of its threads; what is queued is
// still kept.
TEST_CASE("a store is destroyed by its own callback")
{
    scratch_folder const folder;
    std::string const path = folder.file("events.db");
    auto store = std::make_shared<sqlite_store>(path);
    std::promise<void> is_over;
    store->open("news", {}, [](topic_store::opened) {});
    bool is_reader = false;
    SECTION("that of an event")
    {
        // The destructor of the first comes before the call of the second.
        REQUIRE(store->append("news", {.text = text_of(1)},
                              [held = store](topic_store::kept) mutable { held.reset(); }));
        REQUIRE(store->append("news", {.text = text_of(2)},
                              [&is_over](topic_store::kept) { is_over.set_value(); }));
    }
    SECTION("that of a page")
    {
        is_reader = true;
        REQUIRE(store->append("news", {.text = text_of(1)}, [](topic_store::kept) {}));
        store->read("news", 0, 9, [held = store, &is_over](topic_store::page) mutable {
            held.reset();
            is_over.set_value();
        });
    }
    store.reset();
    is_over.get_future().wait();
    sqlite_store again(path); // its threads let go of the file when they are through
    CHECK(store_user(again).tags("news") == count(1, is_reader ? 1 : 2));
}

// A topic that was not opened is a mistake of the caller.
TEST_CASE("a store refuses what is not open")
{
    scratch_folder const folder;
    sqlite_store store(folder.file("events.db"));
    CHECK_THROWS_AS(store.append("unknown", {}, [](auto) {}), std::logic_error);
    store.close("unknown"); // harms nobody
    store_user user(store);
    user.open("news");
    user.open("news");
    store.close("news");
    CHECK(user.error_of("news", 1).empty());
    store.close("news");
    CHECK_THROWS_AS(store.append("news", {}, [](auto) {}), std::logic_error);
}

// It knows no producers: who needs them has to be told.
TEST_CASE("a store refuses a producer")
{
    scratch_folder const folder;
    sqlite_store store(folder.file("log"));
    store_user user(store);
    user.open("a");
    CHECK_THROWS_AS(store.append("a", {.text = text_of(1), .producer = "ann", .sequence = 1}, {}),
                    std::logic_error);
    REQUIRE(user.append("a", 2));
    user.wait("a");
    CHECK(user.tags("a") == numbers{2});
}

// Threads publish to topics of their own and to one that they share.
TEST_CASE("a store is used from threads")
{
    scratch_folder const folder;
    sqlite_store store(folder.file("events.db"));
    store_user user(store);
    user.open("all");
    auto const publish = [&](std::uint64_t thread) {
        std::string const topic = "topic " + std::to_string(thread);
        user.open(topic);
        for (auto const tag : count(1, 300)) {
            (void)user.append(topic, tag);
            (void)user.append("all", thread * 1'000 + tag);
            if (tag % 50 == 0) {
                user.wait(topic);
                auto const newest = user.open(topic);
                store.forget_before(topic, newest);
                (void)user.read_page(topic, 0);
                store.close(topic);
            }
        }
        user.wait(topic);
        return user.kept(topic) == count(1, 300);
    };
    std::vector<std::future<bool>> threads;
    for (std::uint64_t thread = 0; thread < 4; ++thread)
        threads.push_back(std::async(std::launch::async, publish, thread));
    for (auto& each : threads)
        CHECK(each.get());
    user.wait("all");
    CHECK(user.tags("all").size() == 1'200);
    std::uint64_t last = 0;
    for (auto const& [topic, each] : user.told())
        CHECK(std::exchange(last, each.number) + 1 == each.number);
    CHECK_FALSE(user.was_early());
    for (std::uint64_t thread = 0; thread < 4; ++thread)
        CHECK(user.tags("topic " + std::to_string(thread)).back() == 300);
}
