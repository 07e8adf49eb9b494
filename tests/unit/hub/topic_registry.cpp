// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic_registry.hpp>

#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

class registry_fixture
{
public:
    virtual_time time;
    topic_registry all = in_virtual_time(time, topic_registry({.max_topics = 10, .unused_timeout = 1min}));

    registry_fixture()
    {
        all.add("builds/{id}", {.max_events = 2});
        all.add("sensors/{where...}", {.max_events = 5});
    }

    topic published(std::string const& name)
    {
        topic made = *all.get(name);
        made.publish({.data = "x"});
        return made;
    }
};

} // namespace

// A topic is made when it is first asked for, with the options of the pattern that fits, and its name.
TEST_CASE_METHOD(registry_fixture, "topics are made by pattern")
{
    auto const build = all.get("builds/17");
    REQUIRE(build);
    CHECK(build->name() == "builds/17");
    CHECK(all.size() == 1);
    CHECK_FALSE(all.get("elsewhere"));
    CHECK_FALSE(all.find("builds/18"));
    CHECK(all.size() == 1);
    topic again = *all.get("builds/17");
    CHECK(tidings::internal::access::handle(again) == tidings::internal::access::handle(*build));
    for (int i = 0; i < 3; ++i)
        again.publish({.data = "x"});
    CHECK(build->stats().history_count == 2);
    CHECK(tidings::internal::access::handle(*all.find("builds/17")) ==
          tidings::internal::access::handle(*build));
    CHECK(all.all().size() == 1);
    CHECK_FALSE(all.get("builds/caf\xe9")); // no name of a topic
    CHECK_FALSE(all.get("builds/" + std::string(249, 'n')));
    CHECK(all.get("builds/" + std::string(248, 'n')));
    CHECK(all.size() == 1);
}

// As with routes: the order of adding is nothing that one has to think of.
TEST_CASE_METHOD(registry_fixture, "the more exact pattern of topics counts")
{
    all.add("{name...}", {.max_events = 7});
    all.add("builds/latest", {.max_events = 1});
    auto const bound_of = [this](std::string const& name) {
        topic made = *all.get(name);
        for (int i = 0; i < 8; ++i)
            made.publish({.data = "x"});
        return made.stats().history_count;
    };
    CHECK(bound_of("builds/latest") == 1);
    CHECK(bound_of("builds/17") == 2);
    CHECK(bound_of("sensors/roof/wind") == 5);
    CHECK(bound_of("builds/17/log") == 7);
}

// A pattern that could never have a topic is a mistake, and is told where it is made.
TEST_CASE_METHOD(registry_fixture, "a pattern that no topic can have is refused")
{
    std::vector<std::string> const patterns{"job:{id}",
                                            "sensors/*",
                                            "caf\xe9",
                                            std::string(256, 'n'),
                                            "{id}/" + std::string(254, 'n'),
                                            "builds/{other}",
                                            "sensors/{rest...}"};
    for (auto const& bad : patterns) {
        CAPTURE(bad);
        CHECK_THROWS_AS(all.add(bad), std::invalid_argument);
    }
    CHECK_NOTHROW(all.add("{id}/" + std::string(253, 'n')));
    CHECK(all.get("x/" + std::string(253, 'n')));
}

// Who only asks for a topic, or follows one that nobody publishes to, leaves nothing behind.
TEST_CASE_METHOD(registry_fixture, "a read makes nothing that outlives it")
{
    (void)all.get("builds/1");
    CHECK(all.size() == 0);
    std::optional<topic> held = all.get("builds/2");
    std::optional<stream> client(std::in_place, time, following(*all.get("builds/3")), request::get("/"));
    CHECK(all.size() == 2);
    CHECK(all.stats().blank == 1);
    held->publish_comment("beat"); // is no event
    held.reset();
    client.reset();
    time.run_until_idle();
    CHECK(all.size() == 0);
    CHECK(all.stats().blank == 0);
    all.get("builds/1")->publish({.data = "x"});
    CHECK(all.size() == 1);
    CHECK(all.stats().topics == 1);
}

// A client of a topic that has had no event yet knows its place in it, also when the topic was not there for
// a while: it gets what was published meanwhile, and is told of nothing.
TEST_CASE_METHOD(registry_fixture, "a client comes back to a topic that was blank")
{
    std::string const place = all.get("builds/1")->position();
    {
        stream early(time, following(*all.get("builds/1")), coming_back_with(place));
        CHECK(early.events().empty());
    }
    time.run_until_idle();
    REQUIRE(all.size() == 0);
    all.get("builds/1")->publish({.data = "first"});
    stream back(time, following(*all.get("builds/1")), coming_back_with(place));
    CHECK(data_of(back) == texts{"first"});
}

// A topic that expired has taken its events with it; who comes back from before them is told, and who had all
// of them has missed nothing.
TEST_CASE_METHOD(registry_fixture, "a client comes back to a topic that expired")
{
    std::string const blank = all.get("builds/1")->position();
    all.get("builds/1")->publish({.data = "lost"});
    std::string const place = all.get("builds/1")->position();
    time.advance(1min);
    (void)all.expire();
    time.advance(1min);
    REQUIRE(all.expire() == 1);
    CHECK(all.stats().expired == 1);
    topic const again = *all.get("builds/1");
    stream back(time, following(again), coming_back_with(blank));
    REQUIRE(back.events().size() == 1);
    CHECK(back.events()[0].data().starts_with(R"({"reason":"evicted")"));
    stream current(time, following(again), coming_back_with(place));
    CHECK(current.events().empty());
}

// A topic that was forgotten and is made again goes on with the numbers of its registry: none comes twice.
TEST_CASE_METHOD(registry_fixture, "a topic made again repeats no id")
{
    topic_registry few({.max_topics = 1, .log = [](log_level, std::string_view) {}});
    few.add("{name}");
    auto const first = few.get("a")->publish({.data = "1"}).id;
    auto const between = few.get("b")->publish({.data = "2"}).id; // takes the place of a
    auto const again = few.get("a")->publish({.data = "3"}).id;
    CHECK(first.ends_with("-1"));
    CHECK(between.ends_with("-2"));
    CHECK(again.ends_with("-3"));
    stream back(time, following(*few.get("a")), coming_back_with(first));
    CHECK(data_of(back) == texts{"3"});
}

// Somebody else who looks at the same moment does not hide it.
TEST_CASE_METHOD(registry_fixture, "a topic is found by many threads")
{
    topic const held = *all.get("builds/1");
    auto const look = [this] {
        int missed = 0;
        for (int i = 0; i < 200'000; ++i)
            missed += all.find("builds/1") ? 0 : 1;
        return missed;
    };
    auto other = std::async(std::launch::async, look);
    CHECK(look() == 0);
    CHECK(other.get() == 0);
}

// Only a topic that nobody uses is forgotten.
TEST_CASE_METHOD(registry_fixture, "unused topics expire")
{
    std::optional<topic> held = published("builds/held");
    (void)published("builds/unused");
    std::optional<stream> client(std::in_place, time, following(published("builds/followed")),
                                 request::get("/"));
    time.advance(59s);
    CHECK(all.expire() == 0);
    time.advance(1s);
    CHECK(all.expire() == 0); // the first look: it may have been in use until now
    time.advance(1min);
    CHECK(all.expire() == 1);
    CHECK_FALSE(all.find("builds/unused"));
    time.advance(1h);
    CHECK(all.expire() == 0);
    all.find("builds/followed")->publish({.data = "still here"});
    time.run_until_idle();
    CHECK(data_of(*client) == texts{"still here"});
    held.reset();
    CHECK(all.expire() == 0); // it was in use the last time somebody looked
    time.advance(1min);
    CHECK(all.expire() == 0);
    time.advance(1min);
    CHECK(all.expire() == 1);
    client.reset();
    time.run_until_idle();
    CHECK(all.expire() == 0);
    time.advance(1min);
    CHECK(all.expire() == 0);
    time.advance(1min);
    CHECK(all.expire() == 1);
    CHECK(all.size() == 0);
}

// The time counts from when it is first seen unused, not from when it was last asked for.
TEST_CASE_METHOD(registry_fixture, "a topic that was in use a moment ago")
{
    std::optional<topic> held = published("builds/1");
    time.advance(5min);
    held.reset();
    CHECK(all.expire() == 0);
    time.advance(59s);
    CHECK(all.expire() == 0);
    time.advance(1s);
    CHECK(all.expire() == 1);
}

// An asked-for topic starts its time anew.
TEST_CASE_METHOD(registry_fixture, "asking is using")
{
    (void)published("builds/1");
    time.advance(40s);
    (void)all.get("builds/1");
    time.advance(40s);
    CHECK(all.expire() == 0);
    time.advance(20s);
    CHECK(all.expire() == 0); // unused from now on, as far as anybody knows
    time.advance(59s);
    CHECK(all.expire() == 0);
    time.advance(1s);
    CHECK(all.expire() == 1);
}

TEST_CASE_METHOD(registry_fixture, "topics are opened off the loop")
{
    auto const ctx = context::root(time.loop().get_executor());
    auto const opened = run(time, all.open(ctx, "sensors/roof/wind"));
    REQUIRE(opened->value);
    REQUIRE(*opened->value);
    CHECK((*opened->value)->name() == "sensors/roof/wind");
    auto const none = run(time, all.open(ctx, "elsewhere"));
    REQUIRE(none->value);
    CHECK_FALSE(*none->value);
}

// Opening is using, too, and finds what has expired.
TEST_CASE_METHOD(registry_fixture, "topics that are only ever opened expire")
{
    auto const ctx = context::root(time.loop().get_executor());
    (void)published("builds/1");
    (void)published("builds/2");
    for (int i = 0; i < 4; ++i) {
        time.advance(40s);
        (void)run(time, all.open(ctx, "builds/1"));
    }
    CHECK(all.find("builds/1"));
    CHECK_FALSE(all.find("builds/2"));
}

// A topic is found by the id of an event that it has: the number's, or a publisher's. What is no event's is
// nobody's: a place, an event that is gone, an id of another registry.
TEST_CASE("a topic is found by an id of its events")
{
    topic_registry all;
    all.add("{name}", {.max_events = 2});
    topic orders = *all.get("orders");
    topic alerts = *all.get("alerts");
    auto const name_of = [&](std::string_view id) {
        auto const found = all.find_by_event(id);
        return found ? found->name() : std::string();
    };
    auto const gone = orders.publish({.data = "a"}).id;
    auto const second = orders.publish({.data = "b"}).id;
    orders.publish_comment("c");
    auto const third = alerts.publish({.data = "d"}).id;
    alerts.publish_comment("e");
    auto const own = alerts.publish({.id = "alarm 7", .data = "f"}).id;
    auto const last = orders.publish({.data = "g"}).id;
    CHECK(name_of(second) == "orders");
    CHECK(name_of(third) == "alerts");
    CHECK(name_of(own) == "alerts");
    CHECK(name_of(last) == "orders");
    std::string const epoch = last.substr(0, last.find('-'));
    CHECK(name_of(epoch + "-4") == "alerts"); // as a stream of several topics names "alarm 7"
    for (auto const& id :
         {gone, epoch + "-0", epoch + "-6", last + '.' + last, std::string("0123456789ab-2"), std::string()})
        CHECK(name_of(id) == "");
}
