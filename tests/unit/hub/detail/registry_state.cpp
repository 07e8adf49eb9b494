// SPDX-License-Identifier: BSL-1.0
// How much work a registry has at its bounds: topics that are looked at are counted, and nothing is timed.
#include <tidings/hub/detail/registry_state.hpp>

#include "../support.hpp"
#include "support/scripted_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

using namespace tidings;
using namespace tidings::test;

namespace {

class work_fixture
{
public:
    testing::virtual_time time;
    std::shared_ptr<scripted_store> store = std::make_shared<scripted_store>(time);
    std::shared_ptr<detail::registry_state> all;

    void make(topic_registry_options options, topic_options each = {})
    {
        options.log = [](log_level, std::string_view) {};
        all = detail::registry_state::make(std::move(options));
        all->add("{name...}", std::move(each));
    }

    topic get(std::string const& name) { return internal::access::make<topic>(all->get(name)); }

    topic publish(std::string const& name, std::size_t bytes)
    {
        topic const made = get(name);
        made.publish({.data = std::string(bytes, 'x')});
        return made;
    }

    // The most that a publish looked at.
    template <typename Publish>
    std::uint64_t most_looks(int publishes, Publish publish_one)
    {
        std::uint64_t most = 0;
        for (int i = 0; i < publishes; ++i) {
            auto const before = all->looks();
            publish_one(i);
            most = std::max(most, all->looks() - before);
        }
        return most;
    }
};

} // namespace

// A flood of new topics finds the one that makes room at once, however many there are and whatever they hold.
TEST_CASE_METHOD(work_fixture, "a topic at the bound of all histories costs a few looks")
{
    constexpr std::size_t bound = 10'000'000;
    make({.kept_bytes = bound});
    auto const most = most_looks(6'000, [&](int i) {
        for (int event = 0; event <= i % 3; ++event)
            publish(std::to_string(i), 1'000);
        REQUIRE(all->stats().bytes <= bound);
    });
    CHECK(all->stats().topics > 2'000);
    CHECK(all->stats().events_given_up > 1'000);
    CHECK(all->stats().evicted > 1'000);
    CHECK(most > 0);
    CHECK(most <= 20);
}

// As many topics as may be, and each new one takes the place of another.
TEST_CASE_METHOD(work_fixture, "a topic at the bound of their number costs a few looks")
{
    make({.max_topics = 1'000});
    CHECK(most_looks(5'000, [&](int i) { publish(std::to_string(i), 10); }) <= 2);
    CHECK(all->stats().evicted == 4'000);
}

// An event for one of many topics that are all in use and hold about as much: the largest is found at once,
// and the loss is shared.
TEST_CASE_METHOD(work_fixture, "an event at the bound of all histories costs a few looks")
{
    make({.kept_bytes = 5'000'000});
    std::vector<topic> used;
    for (int i = 0; i < 500; ++i)
        used.push_back(publish(std::to_string(i), 1'000));
    CHECK(most_looks(20'000, [&](int i) { publish(std::to_string(i % 500), 1'000); }) <= 20);
    CHECK(all->stats().evicted == 0);
    CHECK(all->stats().bytes <= 5'000'000);
    auto const counts = [](topic const& each) { return each.stats().history_count; };
    auto const [least, most] = std::ranges::minmax(used, {}, counts);
    CHECK(least.stats().history_count * 2 > most.stats().history_count);
}

// Topics with a store that are in use cannot leave the memory, and are not all asked for each event.
TEST_CASE_METHOD(work_fixture, "topics in use with a store are not all looked at")
{
    make({.kept_bytes = 1'000'000}, {.store = store});
    store->begin_life();
    std::vector<topic> used;
    auto const publish_one = [&](int i) {
        std::shared_ptr<detail::topic_state> opened;
        all->open(std::to_string(i % 200), [&](detail::opening got) { opened = std::move(got.found); });
        store->open_all();
        used.push_back(internal::access::make<topic>(std::move(opened)));
        REQUIRE(used.back().try_publish({.data = std::string(1'000, 'x')}));
        store->keep_next();
    };
    CHECK(most_looks(2'000, publish_one) <= 50);
    CHECK(all->stats().bytes <= 1'000'000);
}

// Histories that readers have yet to get are out of the way of the others after a few looks, and are found
// again when they may be shortened.
TEST_CASE_METHOD(work_fixture, "histories that readers need are not looked at for each event")
{
    make({.kept_bytes = 3'000'000});
    testing::virtual_time time;
    std::vector<topic> used;
    std::vector<std::unique_ptr<testing::stream>> readers;
    for (int i = 0; i < 20; ++i) {
        used.push_back(get("slow" + std::to_string(i)));
        readers.push_back(std::make_unique<testing::stream>(time, following(used.back()), request::get("/")));
        readers.back()->stop_reading(0);
        for (int event = 0; event < 100; ++event)
            used.back().publish({.data = std::string(1'000, 'x')});
        time.run_until_idle();
    }
    auto const publish_one = [&](int i) { used.push_back(publish("other" + std::to_string(i % 10), 1'000)); };
    most_looks(2'000, publish_one); // until each has been seen
    CHECK(used.front().stats().history_count == 100);
    CHECK(most_looks(2'000, publish_one) <= 20);
    CHECK(all->stats().bytes <= 3'000'000);
    for (auto const& each : readers)
        each->resume_reading();
    time.run_until_idle();
    most_looks(2'000, publish_one);
    CHECK(used.front().stats().history_count < 100);
}
