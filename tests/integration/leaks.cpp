// SPDX-License-Identifier: BSL-1.0

#include "handlers.hpp"
#include "support/server_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <malloc.h>
#include <vector>

using namespace tidings::test;
using tidings::server_stats;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

// The pools of a loop (free blocks, Asio's descriptor states, coroutine frames) never shrink: they keep what
// was needed at once. How many clients overlap depends on what else the machine does, so the pools are first
// filled by more than can overlap later. From then on only a leak makes the heap grow.
constexpr int at_once = 128;

// Four bytes for each of the 10,000 clients.
constexpr std::size_t heap_slack = 40 * 1024;

std::size_t open_descriptors()
{
    std::filesystem::directory_iterator const all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

bool is_empty(server_stats const& now)
{
    return now.connections == 0 && now.handlers == 0 && now.streams == 0;
}

void fill_the_pools(server_fixture& fixture)
{
    std::vector<client> clients;
    for (int i = 0; i < at_once; ++i) {
        clients.push_back(fixture.connect());
        clients.back().get("/");
        (void)clients.back().read_until("hello\n\n");
    }
    clients.clear();
    REQUIRE(fixture.wait_for_stats(is_empty));
}

// A loaded machine makes the server log that a loop was blocked. The fixture keeps these lines; they are no
// leak.
std::size_t heap_in_use(server_fixture& fixture)
{
    fixture.forget_log();
    return ::mallinfo2().uordblks;
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
    REQUIRE(fixture.wait_for_stats(is_empty));
}

void require_no_leak(int count)
{
    server_fixture fixture;
    fixture.routes().get("/", say_farewell);
    fixture.start();
    fill_the_pools(fixture);
    come_and_go(fixture, 200);
    auto const heap = heap_in_use(fixture);
    auto const descriptors = open_descriptors();
    come_and_go(fixture, count);
    CHECK(heap_in_use(fixture) <= heap + heap_slack);
    CHECK(open_descriptors() == descriptors);
    CHECK(fixture.stats().clients_gone == static_cast<std::uint64_t>(at_once + 200 + count));
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
