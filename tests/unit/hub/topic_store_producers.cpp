// SPDX-License-Identifier: BSL-1.0
// Producers, and what else a store tells the publisher of an event.
#include <tidings/hub/topic_registry.hpp>

#include "support.hpp"
#include "support/scripted_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tidings;
using namespace tidings::test;

namespace {

/// A scripted store whose test answers for it.
class knowing_store final : public topic_store
{
public:
    struct taken
    {
        stored_event value;
        std::function<void(kept)> when_kept;
    };
    std::shared_ptr<scripted_store> const inner;
    std::vector<taken> appends;
    bool is_full = false;

    explicit knowing_store(testing::virtual_time& time) : inner(std::make_shared<scripted_store>(time)) {}

    std::string name() const override { return inner->name(); }
    void start(std::weak_ptr<store_events> hub) override { inner->start(std::move(hub)); }
    void open(std::string_view topic, topic_options const& bounds,
              std::function<void(opened)> when_open) override
    {
        inner->open(topic, bounds, std::move(when_open));
    }
    void close(std::string_view topic) noexcept override { inner->close(topic); }
    void read(std::string_view topic, std::uint64_t after, std::uint64_t through,
              std::function<void(page)> when_read) override
    {
        inner->read(topic, after, through, std::move(when_read));
    }
    bool append(std::string_view, stored_event value, std::function<void(kept)> when_kept) override
    {
        if (is_full)
            return false;
        appends.push_back({std::move(value), std::move(when_kept)});
        return true;
    }
    void forget_before(std::string_view topic, std::uint64_t number) override
    {
        inner->forget_before(topic, number);
    }
    void forget(std::string_view topic, std::uint64_t number) override { inner->forget(topic, number); }
};

class publishers
{
public:
    testing::virtual_time time;
    std::shared_ptr<knowing_store> store = std::make_shared<knowing_store>(time);
    context_scope ctx = context::root(time.loop().get_executor());
    topic_registry all = in_virtual_time(time, topic_registry());

    topic open()
    {
        all.add("{name}", {.store = store});
        store->inner->begin_life();
        auto const opening = run(time, all.open(ctx, "orders"));
        store->inner->open_all();
        time.run_until_idle();
        return **opening->value;
    }
    /// The event is told of, under the next number.
    void tell(stored_event value, std::uint64_t number)
    {
        value.number = number;
        value.previous = number - 1;
        store->inner->tell("orders", std::move(value));
    }
    void answer(topic_store::kept got)
    {
        store->appends.back().when_kept(std::move(got));
        time.run_until_idle();
    }
    auto publish(topic const& to, std::string_view id, std::uint64_t sequence)
    {
        auto published =
            run(time, to.publish(ctx, {.id = id, .data = "x"}, {.id = "ann", .sequence = sequence}));
        time.run_until_idle();
        return published;
    }
};

} // namespace

// The store is told who publishes, and its publisher what the store says: also of a repeat, whose own id is
// known, and of one that is too old.
TEST_CASE_METHOD(publishers, "an event with a producer")
{
    topic const orders = open();
    auto const first = publish(orders, "mine", 1);
    REQUIRE(store->appends.size() == 1);
    CHECK(store->appends[0].value.producer == "ann");
    CHECK(store->appends[0].value.sequence == 1);
    tell(store->appends[0].value, 1);
    answer({.number = 1, .replicas = 2, .stored_only = true});
    REQUIRE(first->value);
    CHECK(first->value->id == "mine");
    CHECK(first->value->replicas == 2);
    CHECK(first->value->stored_only);

    auto const repeat = publish(orders, "mine", 1);
    answer({.number = 1});
    REQUIRE(repeat->value);
    CHECK(repeat->value->id == "mine");
    CHECK_THROWS_AS(orders.try_publish({.id = "mine", .data = "y"}), std::invalid_argument);

    auto const old = publish(orders, "", 1);
    answer({.number = 0});
    REQUIRE(old->value);
    CHECK(old->value->status == publish_status::published);
    CHECK(old->value->id.empty());
    CHECK(orders.stats().published == 1);
}

// A number that does not come next is its publisher's to know, with the last one.
TEST_CASE_METHOD(publishers, "a producer that leaves out a number")
{
    topic const orders = open();
    auto const early = publish(orders, "", 9);
    answer({.error = std::make_exception_ptr(topic_store::sequence_gap(7))});
    REQUIRE(early->failure);
    try {
        std::rethrow_exception(early->failure);
    } catch (topic_store::sequence_gap const& gap) {
        CHECK(gap.last == 7);
    }
}

// The id of a repeat is not lost to the topic when its store is full, and one whose event is gone is not
// kept.
TEST_CASE_METHOD(publishers, "own ids of repeats")
{
    topic const orders = open();
    publish(orders, "mine", 1);
    tell(store->appends[0].value, 1);
    answer({.number = 1});
    store->is_full = true;
    auto const refused = publish(orders, "mine", 1);
    CHECK(refused->value->status == publish_status::would_block);
    CHECK_THROWS_AS(orders.try_publish({.id = "mine", .data = "y"}), std::invalid_argument);
    store->is_full = false;
    publish(orders, "of long ago", 1);
    answer({.number = 1});
    CHECK(orders.try_publish({.id = "of long ago", .data = "y"}));
}

// What no producer can be, and topics that know none.
TEST_CASE_METHOD(publishers, "producers that are refused")
{
    topic const orders = open();
    CHECK_THROWS_AS(publish(orders, "", 0), std::invalid_argument);
    CHECK_THROWS_AS(publish(orders, "", std::uint64_t(1) << 53), std::invalid_argument);
    CHECK_THROWS_AS(orders.publish(ctx, {.data = "x"}, {.id = "", .sequence = 1}), std::invalid_argument);
    CHECK_THROWS_AS(orders.publish(ctx, {.data = "x"}, {.id = std::string(256, 'x'), .sequence = 1}),
                    std::invalid_argument);
    CHECK(store->appends.empty());
    CHECK_THROWS_AS(topic().publish(ctx, {.data = "x"}, {.id = "ann", .sequence = 1}), std::logic_error);
}
