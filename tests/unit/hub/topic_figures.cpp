// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/internal/figures.hpp>
#include <tidings/hub/subscription.hpp>
#include <tidings/hub/topic.hpp>

#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

// Two topics of one label.
class figures_fixture
{
public:
    virtual_time time;
    context_scope root = context::root(time.loop().get_executor());
    topic_registry all = in_virtual_time(time, made());
    topic orders = *all.get("orders");
    topic alerts = *all.get("alerts");

    std::string publish(topic const& to, std::string_view data)
    {
        auto id = to.publish({.data = data}).id;
        time.run_until_idle();
        return id;
    }

    internal::label_figures label() const { return internal::figures_of(all).by_label.at("{name}"); }
    topic_list both(event_filter where = {}) const
    {
        topic_list list;
        list.add(orders).add(alerts, from_newest(), std::move(where));
        return list;
    }

private:
    static topic_registry made()
    {
        topic_registry of;
        of.add("{name}", {.max_events = 10});
        return of;
    }
};

} // namespace

TEST_CASE_METHOD(figures_fixture, "events are delivered once for each stream that gets them")
{
    stream one(time, following(orders), request::get("/"));
    stream other(time, attaching(both()), request::get("/"));
    subscription const pulled(root, orders);
    auto const first = publish(orders, "1");
    publish(orders, "2");
    publish(alerts, "3");
    orders.publish_comment("no event");
    time.run_until_idle();
    CHECK(orders.stats().delivered == 4);
    CHECK(alerts.stats().delivered == 1);
    stream const back(time, following(orders), coming_back_with(first));
    CHECK(orders.stats().delivered == 5);
    CHECK(label().sum.delivered == 6);
}

TEST_CASE_METHOD(figures_fixture, "what does not pass a filter is not delivered")
{
    auto const no_noise = [](event_text const& each, std::string_view) { return each.data() != "noise"; };
    stream one(time, following(alerts, from_newest(), no_noise), request::get("/"));
    stream other(time, following(both(no_noise)), request::get("/"));
    publish(alerts, "noise");
    publish(alerts, "fire");
    CHECK(alerts.stats().published == 2);
    CHECK(alerts.stats().delivered == 2);
}

TEST_CASE_METHOD(figures_fixture, "a stream that catches up has its events delivered then")
{
    stream slow(time, following(orders), request::get("/"));
    slow.stop_reading(5);
    publish(orders, "1");
    publish(orders, "2");
    auto const before = orders.stats();
    slow.resume_reading();
    time.run_until_idle();
    CHECK(data_of(slow) == texts{"1", "2"});
    CHECK(before.delivered == 1); // which had begun to leave
    CHECK(orders.stats().delivered == 2);
    CHECK(orders.stats().lagging == 0);
}

TEST_CASE_METHOD(figures_fixture,
                 "the way from a publish to the sockets is timed once a turn, for those who keep pace")
{
    stream one(time, following(orders), request::get("/"));
    stream other(time, attaching(both()), request::get("/"));
    stream slow(time, following(orders), request::get("/"));
    subscription const pulled(root, orders);
    publish(orders, "0");
    CHECK(label().publish_to_socket.count() == 0); // nobody has asked for it
    internal::time_deliveries(all);
    slow.stop_reading(5);
    publish(orders, "1");
    publish(orders, "2");
    REQUIRE(orders.stats().lagging == 2); // the subscription always is
    auto const before = label().publish_to_socket;
    // As if a loop had taken five milliseconds: the clock goes on each time that it is read.
    internal::access::state(all).set_clock([this, read = 0]() mutable { return time.now() + ++read * 5ms; });
    orders.publish({.data = "3"});
    orders.publish_comment("not counted");
    orders.publish_retry(3s);
    time.run_until_idle();
    auto const after = label().publish_to_socket;
    CHECK(after.count() == before.count() + 2);
    CHECK(after.sum() > before.sum() + 0.02);
    CHECK(after.sum() < before.sum() + 0.5);
}

TEST_CASE_METHOD(figures_fixture, "clients that come back are counted by whether they have missed something")
{
    auto const first = publish(orders, "1");
    stream const fresh(time, following(orders), request::get("/"));
    stream const back(time, following(orders), coming_back_with(first));
    stream const unknown(time, following(both()), coming_back_with("nobody-knows"));
    auto const resumes = label().resumes;
    CHECK(resumes.size() == 2);
    CHECK(resumes.at("complete") == 1);
    CHECK(resumes.at("reset") == 1);
}
