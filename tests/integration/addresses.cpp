// SPDX-License-Identifier: BSL-1.0
#include "handlers.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace tidings::test;
using tidings::server_stats;
using tidings::test::server_fixture;
using tidings::testing::client;

// The fifth stream of one address is warned about, once: browsers stop at six.
TEST_CASE("the fifth stream of an address is warned about")
{
    one_route fixture(stay_open);
    std::vector<client> clients;
    for (int i = 0; i < 7; ++i) {
        CHECK(fixture.count_logged("holds its fifth stream") == (i < 5 ? 0 : 1));
        clients.push_back(ask(fixture));
    }
    CHECK(fixture.count_logged("127.0.0.1 holds its fifth stream") == 1);
}

// Where streams of an address are limited, one more is refused, until one has ended.
TEST_CASE("a limit on the streams of an address answers 429")
{
    auto options = server_fixture::brisk();
    options.per_address.streams = 1;
    one_route fixture(stay_open, options);
    auto first = ask(fixture);
    auto second = fixture.connect();
    second.get("/");
    auto const refused = second.read_head();
    CHECK(refused.status() == 429);
    CHECK(refused.has_header("Retry-After"));
    CHECK(second.read_body() == "too many streams from this address\n");
    first.close();
    REQUIRE(fixture.wait_for_stats([](server_stats const& now) { return now.streams == 0; }));
    second.get("/");
    CHECK(second.read_head().status() == 200);
}

// Behind a proxy that is trusted, the address that it reports counts; what anybody else says of itself does
// not.
TEST_CASE("streams per address behind a trusted proxy")
{
    auto options = server_fixture::brisk();
    options.per_address.streams = 1;
    auto const status_of_second = [&](std::string_view first_address, std::string_view second_address) {
        one_route fixture(stay_open, options);
        auto first = ask(fixture, "/", first_address);
        auto second = fixture.connect();
        second.get("/", second_address);
        return second.read_head().status();
    };
    constexpr std::string_view one = "X-Forwarded-For: 192.0.2.1\r\n";
    constexpr std::string_view other = "X-Forwarded-For: 192.0.2.2\r\n";
    CHECK(status_of_second(one, other) == 429);
    options.trusted_proxies = {"127.0.0.0/8"};
    CHECK(status_of_second(one, other) == 200);
    CHECK(status_of_second(one, one) == 429);
    // What stands before the address that the proxy has added is the client's own claim.
    CHECK(status_of_second(one, "X-Forwarded-For: 192.0.2.2, 192.0.2.1\r\n") == 429);
}

// The warning names the client behind the proxy, and not the proxy.
TEST_CASE("the fifth stream behind a trusted proxy")
{
    auto options = server_fixture::brisk();
    options.trusted_proxies = {"127.0.0.1"};
    one_route fixture(stay_open, options);
    std::vector<client> clients;
    for (int i = 0; i < 4; ++i) {
        clients.push_back(ask(fixture, "/", "X-Forwarded-For: 192.0.2.1\r\n"));
        clients.push_back(ask(fixture, "/", "X-Forwarded-For: 192.0.2.2\r\n"));
    }
    CHECK(fixture.count_logged("holds its fifth stream") == 0);
    clients.push_back(ask(fixture, "/", "X-Forwarded-For: 192.0.2.2\r\n"));
    CHECK(fixture.count_logged("192.0.2.2 holds its fifth stream") == 1);
    CHECK(fixture.count_logged("holds its fifth stream") == 1);
}
