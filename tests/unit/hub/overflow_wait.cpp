// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>

#include "overflow_fixture.hpp"
#include "support.hpp"
#include "support/without_retry.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;

namespace {

/// A topic whose publishers wait, and a follower that holds them up.
class wait_fixture : public overflow_fixture
{
public:
    topic orders = make(overflow::wait);
    stream slow{time, following(orders), request::get("/")};
    context_scope root = context::root(time.loop().get_executor());

    // Publishes as much as may be unread: a has begun to leave, and the history is full of the rest.
    void hold_up()
    {
        slow.stop_reading(5);
        for (auto const* data : {"a", "b", "c", "d"})
            CHECK(publish(orders, data));
    }
};

} // namespace

// An event that is waited for has the lines that it was given, and no other.
TEST_CASE_METHOD(overflow_fixture, "a publish that is awaited changes nothing of the event")
{
    topic news = make(overflow::wait);
    stream client(time, following(news), request::get("/"));
    auto const root = context::root(time.loop().get_executor());
    for (event const& each : {event{.data = "a"}, event{.type = "", .data = ""},
                              event{.id = "own", .type = "t", .data = "", .retry = 5ms}})
        (void)run(time, news.publish(root, each));
    std::string const all = without_retry(client.text());
    CHECK(all.ends_with("-1\ndata: a\n\n" + all.substr(0, all.find("-0\n")) + "-2\nevent:\ndata:\n\n" +
                        "id: own\nevent: t\ndata:\nretry: 5\n\n"));
}

// One that does not wait is refused, and nobody gets the event.
TEST_CASE_METHOD(wait_fixture, "wait: a publish that does not wait is refused")
{
    stream quick(time, following(orders), request::get("/"));
    hold_up();
    auto const refused = publish(orders, "e");
    CHECK_FALSE(refused);
    CHECK(refused.status == publish_status::would_block);
    CHECK(refused.id.empty());
    CHECK(orders.stats().refused == 1);
    CHECK(data_of(quick) == texts{"a", "b", "c", "d"});
    slow.resume_reading();
    CHECK(publish(orders, "f"));
    CHECK(data_of(slow) == texts{"a", "b", "c", "d", "f"});
    CHECK(orders.stats().dropped == 0);
}

// A publish that may wait goes through as soon as the last follower has caught up.
TEST_CASE_METHOD(wait_fixture, "wait: publishers wait their turn")
{
    hold_up();
    auto const one = run(time, orders.publish(root, {.data = "e"}));
    auto const two = run(time, orders.publish(root, {.data = "f"}));
    CHECK_FALSE(one->value);
    CHECK_FALSE(two->value);
    slow.resume_reading();
    time.run_until_idle();
    REQUIRE(one->value);
    REQUIRE(two->value);
    CHECK(one->value->status == publish_status::published);
    CHECK(data_of(slow) == texts{"a", "b", "c", "d", "e", "f"});
    CHECK(orders.stats().refused == 0);
}

// A comment pushes out nothing that a follower needs, so nobody waits for it.
TEST_CASE_METHOD(wait_fixture, "wait: a comment goes through")
{
    hold_up();
    CHECK(orders.publish_comment("x"));
    CHECK_FALSE(publish(orders, "e"));
    slow.resume_reading();
    CHECK(data_of(slow) == texts{"a", "b", "c", "d"});
    CHECK(slow.comments() == texts{"x"});
}

// A follower that leaves holds nobody up any more; one that takes nothing is cut by its write deadline.
TEST_CASE_METHOD(wait_fixture, "wait: a follower that is gone")
{
    hold_up();
    auto const waiting = run(time, orders.publish(root, {.data = "e"}));
    CHECK_FALSE(waiting->value);
    SECTION("it leaves")
    {
        slow.leave();
        time.run_until_idle();
    }
    SECTION("it takes nothing")
    {
        time.advance(10s);
        CHECK(slow.why_cut() == cut_reason::write_timeout);
    }
    REQUIRE(waiting->value);
    CHECK(waiting->value->status == publish_status::published);
    CHECK(waiting->value->receivers == 0);
}

// Waiting ends with the context, and with the topic.
TEST_CASE_METHOD(wait_fixture, "wait: the wait ends")
{
    hold_up();
    auto limited = with_timeout(root, 1s);
    auto const ended = run(time, orders.publish(limited, {.data = "e"}));
    auto const closed = run(time, orders.publish(root, {.data = "f"}));
    time.advance(1s);
    REQUIRE(ended->value);
    CHECK(ended->value->status == publish_status::context_ended);
    orders.close();
    time.run_until_idle();
    CHECK_FALSE(closed->value);
    REQUIRE(closed->failure);
    CHECK_THROWS_AS(std::rethrow_exception(closed->failure), std::logic_error);
}

// Without followers nobody is waited for.
TEST_CASE_METHOD(overflow_fixture, "wait: nobody follows")
{
    topic orders = make(overflow::wait);
    for (int i = 0; i < 10; ++i)
        CHECK(publish(orders, "x"));
}
