// SPDX-License-Identifier: BSL-1.0
// What the page about testing shows of stores.
#include <tidings/testing.hpp>
#include <tidings/tidings.hpp>

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <memory>

using namespace std::chrono_literals;

// [handlers]
boost::asio::awaitable<tidings::response> place_order(tidings::topic_registry const& topics,
                                                      tidings::context ctx, tidings::request const& request)
{
    auto const patient = tidings::with_timeout(ctx, 5s);
    auto const orders = co_await topics.open(patient, "orders");
    if (!orders || !co_await orders->publish(patient, {.data = request.body()}))
        co_return tidings::response::text("not known yet; look at the list of orders\n", 503);
    co_return tidings::response::text("taken\n", 202);
}

boost::asio::awaitable<void> follow_orders(tidings::topic_registry const& topics, tidings::context ctx,
                                           tidings::event_stream& out)
{
    if (auto const orders = co_await topics.open(ctx, "orders"))
        co_await orders->follow(ctx, out);
}
// [/handlers]

// [fixture]
struct orders_fixture
{
    orders_fixture() { topics.add("orders", {.store = store}); }

    tidings::testing::virtual_time time;
    std::shared_ptr<tidings::testing::store> store = std::make_shared<tidings::testing::store>(time);
    tidings::topic_registry topics;
    tidings::handler place = std::bind_front(place_order, std::cref(topics));
    tidings::handler follow = std::bind_front(follow_orders, std::cref(topics));
};
// [/fixture]

// [away]
TEST_CASE_METHOD(orders_fixture, "an order while the store is away")
{
    tidings::testing::stream screen(time, follow, tidings::request::get("/orders"));
    store->go_away();
    tidings::testing::stream customer(time, place, tidings::request::post("/orders", "ten apples"));
    CHECK_FALSE(customer.is_over());
    time.advance(5s);
    REQUIRE(customer.is_over());
    CHECK(customer.status() == 503);
    CHECK(screen.events().empty());

    store->come_back(); // the order was on its way, and is kept after all
    REQUIRE(screen.next_event());
}
// [/away]

// [rollback]
TEST_CASE_METHOD(orders_fixture, "a screen with an order that is gone gets a reset")
{
    tidings::testing::stream screen(time, follow, tidings::request::get("/orders"));
    tidings::testing::stream customer(time, place, tidings::request::post("/orders", "ten apples"));
    REQUIRE(screen.events().size() == 1);

    store->roll_back(1);
    REQUIRE(screen.is_over()); // an EventSource comes back with its last id
    tidings::testing::stream again(
        time, follow, tidings::request::get("/orders").with_header("Last-Event-ID", screen.last_event_id()));
    auto const reset = again.next_event();
    REQUIRE(reset);
    CHECK(reset->type() == "tidings-reset");
    CHECK(reset->data().find("rolled_back") != std::string::npos);
}
// [/rollback]
