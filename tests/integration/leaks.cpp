// SPDX-License-Identifier: BSL-1.0
#include <tidings/testing/server_fixture.hpp>

#include "handlers.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <malloc.h>

using namespace tidings::test;
using tidings::server_stats;
using tidings::testing::server_fixture;

namespace {

// What the pools of a loop may keep, and the allocator's caches.
constexpr std::size_t heap_slack = 96 * 1024;

std::size_t open_descriptors()
{
    std::filesystem::directory_iterator const all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

void come_and_go(server_fixture& fixture, int count)
{
    for (int i = 0; i < count; ++i) {
        auto client = fixture.connect();
        client.get("/");
        (void)client.read_until("hello\n\n");
        if (i % 2 == 0)
            client.close();
        else
            client.reset();
    }
    REQUIRE(fixture.wait_for_stats([](server_stats const& now) {
        return now.connections == 0 && now.handlers == 0 && now.streams == 0;
    }));
}

void require_no_leak(int count)
{
    server_fixture fixture;
    fixture.routes().get("/", say_farewell);
    fixture.start();
    come_and_go(fixture, 200);
    auto const heap = ::mallinfo2().uordblks;
    auto const descriptors = open_descriptors();
    come_and_go(fixture, count);
    CHECK(::mallinfo2().uordblks <= heap + heap_slack);
    CHECK(open_descriptors() == descriptors);
    CHECK(fixture.stats().clients_gone == static_cast<std::uint64_t>(count) + 200);
}

} // namespace

// Clients that leave, politely and not, leave nothing behind.
TEST_CASE("1,000 clients that come and go leave nothing")
{
    require_no_leak(1'000);
}

// The same for long enough that a leak of a few bytes shows.
TEST_CASE("10,000 clients that come and go leave nothing", "[long]")
{
    require_no_leak(10'000);
}
