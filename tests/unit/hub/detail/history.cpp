// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/history.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using tidings::event;
using tidings::time_point;
using tidings::topic_options;
using tidings::detail::gap;
using tidings::detail::history;

namespace {

constexpr time_point start{};

constexpr std::uint64_t nothing_needed = std::numeric_limits<std::uint64_t>::max();

std::string add(history& to, event const& value, time_point now = start, std::string_view key = {})
{
    auto added = to.prepare(value, key);
    std::string id = added.id;
    to.keep(std::move(added), now);
    return id;
}

std::vector<std::string> texts(history const& kept, std::uint64_t from)
{
    tidings::detail::batch events;
    kept.copy(from, 100, events);
    std::vector<std::string> all;
    for (auto const& each : events.frames)
        all.emplace_back(each.text());
    return all;
}

void comment(history& to)
{
    to.keep(to.prepare_unnamed(": beat\n\n"), start);
}

} // namespace

// Events are numbered from 1, under the epoch, and kept as wire text.
TEST_CASE("a history numbers its events")
{
    topic_options const options;
    history kept(options, "life");
    CHECK(kept.position() == "life-0");
    CHECK(add(kept, event{.data = "a"}) == "life-1");
    CHECK(add(kept, event{.data = "b"}) == "life-2");
    CHECK(kept.position() == "life-2");
    CHECK(kept.oldest() == "life-1");
    CHECK(texts(kept, 1) == std::vector<std::string>{"id: life-1\ndata: a\n\n", "id: life-2\ndata: b\n\n"});
    CHECK(texts(kept, 3).empty());
}

// An id that was given out leads to what came after it; the id of the newest event, to nothing yet.
TEST_CASE("a client resumes behind its id")
{
    topic_options const options;
    history kept(options, "life");
    for (int i = 0; i < 5; ++i)
        add(kept, event{.data = "x"});
    CHECK(kept.find_after("life-0").next == 1);
    CHECK(kept.find_after("life-3").next == 4);
    CHECK(kept.find_after("life-5").next == kept.end());
    CHECK(kept.find_after("life-5").missing == gap::none);
    CHECK(kept.find(tidings::from_id("life-4")).next == 5);
}

// Every cause of a gap is told apart, and leads to the events that come from now on.
TEST_CASE("what cannot be resumed is a gap with a reason")
{
    topic_options options;
    options.history_count = 2;
    history kept(options, "life");
    for (int i = 0; i < 5; ++i)
        add(kept, event{.data = "x"});
    auto const check = [&](std::string_view id, gap expected) {
        auto const place = kept.find_after(id);
        CHECK(place.missing == expected);
        if (expected != gap::none)
            CHECK(place.next == kept.end());
    };
    check("life-3", gap::none);
    check("life-2", gap::evicted);
    check("life-0", gap::evicted);
    check("kind-3", gap::restarted);
    for (auto const* unknown : {"life-6", "life-", "life", "", "-", "life-3x", "life--3", "other-life-3",
                                "life-99999999999999999999"})
        check(unknown, gap::unknown_id);
}

// The bounds hold together, and the newest event stays whatever they say.
TEST_CASE("a history is bounded by count, bytes and age")
{
    topic_options options;
    options.history_count = 3;
    options.history_bytes = 100;
    options.history_age = 1min;
    history kept(options, "life");
    for (int i = 0; i < 10; ++i)
        add(kept, event{.data = "x"});
    CHECK(kept.end() - kept.begin() == 3);
    std::string const large(58, 'y');
    add(kept, event{.data = large});
    CHECK(kept.end() - kept.begin() == 2); // 21 + 78 bytes of text
    std::string const huge(1'000, 'z');
    add(kept, event{.data = huge});
    CHECK(kept.end() - kept.begin() == 1);
    add(kept, event{.data = "late"}, start + 30s);
    kept.forget_old(start + 61s, nothing_needed);
    CHECK(kept.end() - kept.begin() == 1);
    kept.forget_old(start + 1h, nothing_needed);
    CHECK(kept.end() - kept.begin() == 1);
    CHECK(kept.oldest() == "life-13");
}

// A publisher's own id is used as it is, resumes like any other, and cannot come twice.
TEST_CASE("own ids")
{
    topic_options options;
    options.history_count = 2;
    history kept(options, "life");
    CHECK(add(kept, event{.id = "order 7", .data = "a"}) == "order 7");
    CHECK_THROWS_AS(add(kept, event{.id = "order 7", .data = "b"}), std::invalid_argument);
    CHECK(kept.end() == 2);
    CHECK(kept.position() == "order 7");
    CHECK(kept.oldest() == "order 7");
    CHECK(kept.find_after("order 7").next == 2);
    CHECK(add(kept, event{.data = "c"}) == "life-2");
    CHECK(kept.find_after("order 7").next == 2);
    add(kept, event{.data = "d"});
    CHECK(kept.find_after("order 7").missing == gap::unknown_id);
}

// Its client would never be answered again.
TEST_CASE("an own id that says that its stream is finished")
{
    topic_options const options;
    history kept(options, "life");
    CHECK_THROWS_AS(add(kept, event{.id = "order 7;finished", .data = "a"}), std::invalid_argument);
    CHECK(kept.drafts() == 0);
    CHECK(add(kept, event{.id = "order 7", .data = "a"}) == "order 7");
}

// Comments that are gone are no loss, and no events.
TEST_CASE("comments make no place old")
{
    topic_options options;
    options.history_count = 3;
    history kept(options, "life");
    add(kept, event{.id = "own", .data = "a"});
    for (int i = 0; i < 10; ++i)
        comment(kept);
    CHECK(kept.evicted() == 1);
    CHECK(kept.begin() == 2);
    CHECK(kept.find_after("life-1").missing == gap::none);
    CHECK(kept.find_after("life-0").missing == gap::evicted);
    CHECK(kept.position() == "own");
    CHECK(kept.find_after("own").missing == gap::none);
    CHECK(kept.oldest().empty());
    CHECK(kept.find(tidings::from_last(1)).next == kept.end());
    CHECK(add(kept, event{.data = "b"}) == "life-12");
    comment(kept);
    CHECK(kept.oldest() == "life-12");
    CHECK(kept.find(tidings::from_last(1)).next == 12);
    CHECK(kept.find(tidings::from_last(2)).next == 12);
    CHECK(kept.find_after("life-1").missing == gap::none);
}

// The number of a comment is not one that a log knows; that of the event before it is.
TEST_CASE("places among comments by numbers that a log knows")
{
    topic_options options;
    options.history_count = 4;
    history kept(options, "life");
    CHECK(kept.logged_id_text(0) == "life-0");
    comment(kept);
    CHECK(kept.logged_id_text(1) == "life-0");
    add(kept, event{.data = "a"});
    comment(kept);
    add(kept, event{.data = "b"});
    comment(kept);
    CHECK(kept.logged_id_text(1) == "life-0");
    CHECK(kept.logged_id_text(2) == "life-2");
    CHECK(kept.logged_id_text(3) == "life-2");
    CHECK(kept.logged_id_text(4) == "life-4");
    CHECK(kept.logged_id_text(5) == "life-4");
    for (int i = 0; i < 4; ++i)
        comment(kept);
    CHECK(kept.logged_id_text(9) == "life-4");
    add(kept, event{.data = "c"});
    CHECK(kept.logged_id_text(9) == "life-4"); // the event itself is gone
    CHECK(kept.logged_id_text(1) == "life-1"); // so old that the log is above it
}

// What cannot be sent leaves the history as it was.
TEST_CASE("an event that cannot be sent is not kept")
{
    topic_options const options;
    history kept(options, "life");
    CHECK_THROWS_AS(add(kept, event{.id = "a\nb", .data = "x"}), std::invalid_argument);
    CHECK_THROWS_AS(add(kept, event{.data = "\xff"}), std::invalid_argument);
    CHECK(kept.end() == 1);
    CHECK(kept.position() == "life-0");
}

TEST_CASE("start positions")
{
    topic_options const options;
    history kept(options, "life");
    CHECK(kept.find(tidings::from_oldest()).next == 1);
    CHECK(kept.find(tidings::from_last(5)).next == 1);
    for (int i = 0; i < 5; ++i)
        add(kept, event{.data = "x"});
    CHECK(kept.find(tidings::from_newest()).next == 6);
    CHECK(kept.find(tidings::from_oldest()).next == 1);
    CHECK(kept.find(tidings::from_last(2)).next == 4);
    CHECK(kept.find(tidings::from_last(50)).next == 1);
}

// With a key an event takes the place of the one before it; the others keep theirs.
TEST_CASE("only the newest event of a key is kept")
{
    topic_options options;
    options.history_count = 3;
    history kept(options, "life");
    add(kept, event{.data = "a1"}, start, "a");
    add(kept, event{.data = "b1"}, start, "b");
    add(kept, event{.data = "a2"}, start, "a");
    CHECK(texts(kept, 1) == std::vector<std::string>{"id: life-2\ndata: b1\n\n", "id: life-3\ndata: a2\n\n"});
    CHECK(kept.count() == 2);
    CHECK(kept.superseded() == 1);
    CHECK(kept.begin() == 1); // who has nothing yet has lost nothing
    CHECK(kept.find_after("life-1").missing == gap::none);
    add(kept, event{.data = "c1"}, start, "c");
    CHECK(kept.evicted() == 0);
    add(kept, event{.data = "d1"}, start, "d");
    CHECK(kept.evicted() == 1);
    CHECK(kept.find_after("life-1").missing == gap::evicted);
    CHECK(kept.find_after("life-2").missing == gap::none);
    add(kept, event{.data = "b2"}, start, "b"); // its first was evicted, so nothing is superseded
    CHECK(kept.superseded() == 1);
}

// One key that never changes does not let the replaced events of another pile up behind it.
TEST_CASE("superseded events take no room")
{
    topic_options options;
    options.history_count = 10;
    history kept(options, "life");
    add(kept, event{.data = "still"}, start, "still");
    for (int i = 0; i < 1'000; ++i) {
        add(kept, event{.data = "moving"}, start, "moving");
        REQUIRE(kept.slots() <= 2 + 64);
    }
    CHECK(kept.count() == 2);
    CHECK(kept.evicted() == 0);
    CHECK(texts(kept, 1).size() == 2);
    CHECK(texts(kept, 1'001).size() == 1);
}

// A draft has its number before it is kept, and gives it back when it is not.
TEST_CASE("drafts")
{
    topic_options const options;
    history kept(options, "life");
    auto const given_up = kept.prepare(event{.id = "own", .data = "x"}, {});
    CHECK(kept.drafts() == 1);
    CHECK(kept.end() == 1);
    CHECK(kept.find_after("own").missing == gap::unknown_id);
    CHECK_THROWS_AS(kept.prepare(event{.id = "own"}, {}), std::invalid_argument);
    kept.abandon(given_up);
    CHECK(kept.drafts() == 0);
    auto first = kept.prepare(event{.id = "own", .data = "x"}, {});
    auto second = kept.prepare(event{.data = "y"}, {});
    kept.abandon(first); // its number is lost, since a later one is out
    kept.keep(std::move(second), start);
    CHECK(texts(kept, 1) == std::vector<std::string>{"id: life-2\ndata: y\n\n"});
    CHECK(kept.position() == "life-2");
    CHECK(kept.find_after("life-1").next == 2);
}

// What followers need stays: then there is no room.
TEST_CASE("room for drafts")
{
    topic_options options;
    options.history_count = 2;
    options.history_bytes = 1'000;
    history kept(options, "life");
    add(kept, event{.data = "1"});
    add(kept, event{.data = "2"});
    auto const third = kept.prepare(event{.data = "3"}, {});
    CHECK_FALSE(kept.has_room_for_drafts(1));
    CHECK(kept.has_room_for_drafts(2));
    auto const fourth = kept.prepare(event{.data = "4"}, {});
    CHECK_FALSE(kept.has_room_for_drafts(2));
    CHECK(kept.has_room_for_drafts(nothing_needed));
    kept.abandon(fourth);
    kept.abandon(third);
    std::string const large(2'000, 'x');
    auto const too_large = kept.prepare(event{.data = large}, {});
    CHECK_FALSE(kept.has_room_for_drafts(2));
    CHECK(kept.has_room_for_drafts(3)); // alone it is kept whatever the limit
    auto const small = kept.prepare(event{.data = "4"}, {});
    CHECK_FALSE(kept.has_room_for_drafts(3));              // one of the two would push out the other
    CHECK_FALSE(kept.has_room_for_drafts(nothing_needed)); // a follower may come before they are kept
    kept.abandon(small);
}

// A log gives back what was there: numbers, ids, keys and ages.
TEST_CASE("a history is restored from a log")
{
    topic_options options;
    options.history_age = 1min;
    auto const wall = std::chrono::system_clock::now();
    tidings::log_tail tail{.epoch = "life", .next_number = 9, .events = {}};
    tail.events.push_back({.number = 3,
                           .own_id = {},
                           .key = {},
                           .text = "id: life-3\ndata: old\n\n",
                           .published = wall - 2min});
    tail.events.push_back(
        {.number = 5, .own_id = "own", .key = "k", .text = "id: own\ndata: b\n\n", .published = wall - 5s});
    tail.events.insert(tail.events.begin() + 1,
                       {.number = 4, .own_id = {}, .key = "k", .text = "data: a\n\n", .published = wall});
    time_point const now = start + 1h;
    std::vector<std::uint64_t> superseded;
    history kept(options, std::move(tail), now, wall, superseded);
    CHECK(superseded == std::vector<std::uint64_t>{4});
    CHECK(kept.superseded() == 0);
    CHECK(texts(kept, 1) == std::vector<std::string>{"id: own\ndata: b\n\n"});
    CHECK(kept.find_after("own").next == 6);
    CHECK(kept.find_after("life-3").next == 4);
    CHECK(kept.find_after("life-8").next == 9);
    CHECK(kept.find_after("life-2").missing == gap::evicted);
    CHECK(kept.find_after("life-9").missing == gap::unknown_id);
    CHECK(add(kept, event{.data = "c"}, now, "k") == "life-9");
    CHECK(kept.superseded() == 1);
    CHECK_THROWS_AS(kept.prepare(event{.id = "own"}, {}), std::invalid_argument);
}
