// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/history.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using tidings::event;
using tidings::time_point;
using tidings::topic_options;
using tidings::detail::gap;
using tidings::detail::history;

namespace {

constexpr time_point start{};

std::vector<std::string> texts(history const& kept, std::uint64_t from)
{
    std::vector<tidings::shared_frame> frames;
    kept.copy(from, 100, frames);
    std::vector<std::string> all;
    for (auto const& each : frames)
        all.emplace_back(each.text());
    return all;
}

} // namespace

// Events are numbered from 1, under the epoch, and kept as wire text.
TEST_CASE("a history numbers its events")
{
    topic_options const options;
    history kept(options, "life");
    CHECK(kept.position() == "life-0");
    CHECK(kept.add(event{.data = "a"}, start) == "life-1");
    CHECK(kept.add(event{.data = "b"}, start) == "life-2");
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
        kept.add(event{.data = "x"}, start);
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
        kept.add(event{.data = "x"}, start);
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
        kept.add(event{.data = "x"}, start);
    CHECK(kept.end() - kept.begin() == 3);
    std::string const large(58, 'y');
    kept.add(event{.data = large}, start);
    CHECK(kept.end() - kept.begin() == 2); // 21 + 78 bytes of text
    std::string const huge(1'000, 'z');
    kept.add(event{.data = huge}, start);
    CHECK(kept.end() - kept.begin() == 1);
    kept.add(event{.data = "late"}, start + 30s);
    kept.forget_old(start + 61s);
    CHECK(kept.end() - kept.begin() == 1);
    kept.forget_old(start + 1h);
    CHECK(kept.end() - kept.begin() == 1);
    CHECK(kept.oldest() == "life-13");
}

// A publisher's own id is used as it is, resumes like any other, and cannot come twice.
TEST_CASE("own ids")
{
    topic_options options;
    options.history_count = 2;
    history kept(options, "life");
    CHECK(kept.add(event{.id = "order 7", .data = "a"}, start) == "order 7");
    CHECK_THROWS_AS(kept.add(event{.id = "order 7", .data = "b"}, start), std::invalid_argument);
    CHECK(kept.end() == 2);
    CHECK(kept.position() == "order 7");
    CHECK(kept.oldest() == "order 7");
    CHECK(kept.find_after("order 7").next == 2);
    CHECK(kept.add(event{.data = "c"}, start) == "life-2");
    CHECK(kept.find_after("order 7").next == 2);
    kept.add(event{.data = "d"}, start);
    CHECK(kept.find_after("order 7").missing == gap::unknown_id);
}

// What cannot be sent leaves the history as it was.
TEST_CASE("an event that cannot be sent is not kept")
{
    topic_options const options;
    history kept(options, "life");
    CHECK_THROWS_AS(kept.add(event{.id = "a\nb", .data = "x"}, start), std::invalid_argument);
    CHECK_THROWS_AS(kept.add(event{.data = "\xff"}, start), std::invalid_argument);
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
        kept.add(event{.data = "x"}, start);
    CHECK(kept.find(tidings::from_newest()).next == 6);
    CHECK(kept.find(tidings::from_oldest()).next == 1);
    CHECK(kept.find(tidings::from_last(2)).next == 4);
    CHECK(kept.find(tidings::from_last(50)).next == 1);
}
