// SPDX-License-Identifier: BSL-1.0
#include <tidings/loop/detail/timer_wheel.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <vector>

using tidings::detail::timer_wheel;
using tidings::detail::wheel_entry;

namespace {

std::vector<std::uint64_t> expire_all(timer_wheel& wheel, std::uint64_t now)
{
    std::vector<std::uint64_t> ticks;
    while (wheel_entry* entry = wheel.expire(now))
        ticks.push_back(entry->when);
    return ticks;
}

} // namespace

// An entry is due at its tick, not before, and only once.
TEST_CASE("an entry expires at its tick")
{
    for (std::uint64_t const when : {1u, 63u, 64u, 65u, 4095u, 4096u, 262'144u, 15'000u, 60'000'000u}) {
        timer_wheel wheel;
        wheel_entry entry;
        wheel.add(entry, when);
        CHECK(wheel.expire(when - 1) == nullptr);
        CHECK(entry.is_linked());
        CHECK(wheel.expire(when) == &entry);
        CHECK_FALSE(entry.is_linked());
        CHECK(wheel.expire(when + 1'000'000) == nullptr);
        CHECK(wheel.is_empty());
    }
}

// What lies in the past falls due at once; nothing is lost by adding late.
TEST_CASE("an entry in the past is due now")
{
    timer_wheel wheel;
    CHECK(wheel.expire(1'000'000) == nullptr);
    wheel_entry entry;
    wheel.add(entry, 5);
    CHECK(wheel.next_due() == 1'000'000);
    CHECK(wheel.expire(1'000'000) == &entry);
}

// Entries of one tick expire in the order in which they were added.
TEST_CASE("entries of one tick keep their order")
{
    timer_wheel wheel;
    std::deque<wheel_entry> entries(5);
    for (wheel_entry& entry : entries)
        wheel.add(entry, 5'000);
    for (wheel_entry& entry : entries)
        CHECK(wheel.expire(5'000) == &entry);
}

// A removed entry never expires, and the wheel knows that it is empty again.
TEST_CASE("a removed entry is gone")
{
    timer_wheel wheel;
    wheel_entry entry;
    wheel.add(entry, 70);
    wheel.remove(entry);
    CHECK_FALSE(entry.is_linked());
    CHECK_FALSE(wheel.next_due().has_value());
    CHECK(wheel.expire(1'000) == nullptr);
}

// Sleeping until next_due() again and again meets every entry at its own tick.
TEST_CASE("next_due never lies after the earliest entry")
{
    timer_wheel wheel;
    wheel_entry entry;
    wheel.add(entry, 300'000'000);
    int steps = 0;
    wheel_entry* expired = nullptr;
    std::uint64_t now = 0;
    while (!expired) {
        auto const due = wheel.next_due();
        REQUIRE(due.has_value());
        REQUIRE(*due <= 300'000'000);
        now = *due;
        expired = wheel.expire(now);
        REQUIRE(++steps < 10);
    }
    CHECK(now == 300'000'000);
}

// A lone timer costs one waking, however far away it is: nobody wakes to move it to a finer level.
TEST_CASE("next_due is the instant of the first of few entries")
{
    timer_wheel wheel;
    wheel.expire(60);
    std::deque<wheel_entry> few(3);
    std::uint64_t when = 15'003;
    for (wheel_entry& entry : few)
        wheel.add(entry, when--);
    CHECK(wheel.next_due() == 15'001);
    CHECK(expire_all(wheel, 15'001) == std::vector<std::uint64_t>{15'001});
    CHECK(wheel.next_due() == 15'002);

    std::deque<wheel_entry> many(100); // the first of many is not looked for: their slot is spread first
    for (wheel_entry& entry : many)
        wheel.add(entry, 1'000'000);
    CHECK(expire_all(wheel, 15'003).size() == 2);
    CHECK(wheel.next_due() < 1'000'000);
}

// An entry further away than the wheel reaches is not lost and not early.
TEST_CASE("an entry beyond the reach of the wheel waits its time")
{
    timer_wheel wheel;
    wheel_entry entry;
    std::uint64_t const far = (std::uint64_t{1} << 36) * 3 + 17;
    wheel.add(entry, far);
    CHECK(wheel.expire(far - 1) == nullptr);
    CHECK(wheel.expire(far) == &entry);
}

// Against a sorted map as the model: random adds, removes and steps of time.
TEST_CASE("the wheel agrees with a sorted map")
{
    for (unsigned seed = 0; seed < 20; ++seed) {
        std::mt19937 random(seed);
        timer_wheel wheel;
        std::deque<wheel_entry> entries(400);
        std::multimap<std::uint64_t, wheel_entry*> model;
        std::uint64_t now = 0;
        for (int step = 0; step < 2'000; ++step) {
            wheel_entry& entry = entries[random() % entries.size()];
            if (!entry.is_linked()) {
                std::uint64_t const when = now + random() % (1u << (random() % 24));
                wheel.add(entry, when);
                model.emplace(when, &entry);
            } else if (random() % 3 == 0) {
                auto [at, end] = model.equal_range(entry.when);
                model.erase(std::find_if(at, end, [&](auto const& pair) { return pair.second == &entry; }));
                wheel.remove(entry);
            } else {
                now += random() % (1u << (random() % 16));
                std::vector<std::uint64_t> expected;
                while (!model.empty() && model.begin()->first <= now) {
                    expected.push_back(model.begin()->first);
                    model.erase(model.begin());
                }
                REQUIRE(expire_all(wheel, now) == expected);
            }
            REQUIRE(wheel.size() == model.size());
            if (auto const due = wheel.next_due())
                REQUIRE((!model.empty() && *due <= std::max(model.begin()->first, now)));
            else
                REQUIRE(model.empty());
        }
    }
}
