// SPDX-License-Identifier: BSL-1.0
#include "client_of_address.hpp"
#include "handlers.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::server_stats;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

tidings::server_options with_room_for(std::size_t connections)
{
    auto options = server_fixture::brisk();
    options.max_connections = connections;
    return options;
}

/// A client whose request was answered, and whose connection is idle now.
client idle_client(server_fixture const& fixture)
{
    auto asking = ask(fixture);
    CHECK(asking.read_body() == "plain");
    return asking;
}

} // namespace

// On a full server whoever asked for nothing longest makes room, and nobody else.
TEST_CASE("the longest idle connection makes room")
{
    one_route fixture(answer_plainly, with_room_for(3));
    auto first = idle_client(fixture);
    auto second = idle_client(fixture);
    auto third = idle_client(fixture);
    first.get("/");
    CHECK(first.read_head().status() == 200); // so that it is not the longest idle one any more
    CHECK(first.read_body() == "plain");
    auto newcomer = ask(fixture);
    CHECK(second.wait_for_end() == client::ending::closed);
    for (auto* each : {&first, &third}) {
        each->get("/");
        CHECK(each->read_head().status() == 200);
    }
    CHECK(fixture.stats().ended_for_room == 1);
    CHECK(fixture.stats().refused == 0);
    CHECK(fixture.count_logged("the server is full: ended an idle connection of 127.0.0.1") == 1);
}

// Who holds most of the idle connections loses one of them, although somebody else's is idle longer.
TEST_CASE("the address with most idle connections makes room")
{
    one_route fixture(answer_plainly, with_room_for(4));
    auto alone = idle_client(fixture);
    std::vector<client_of_address> greedy;
    for (int i = 0; i < 3; ++i) {
        greedy.emplace_back("127.0.0.2", fixture.port());
        greedy.back().ask_plainly();
    }
    auto newcomer = ask(fixture);
    CHECK(greedy[0].has_been_ended());
    alone.get("/");
    CHECK(alone.read_head().status() == 200);
    CHECK(fixture.stats().ended_for_room == 1);
}

// What comes through a trusted proxy is nobody's: there too the longest idle connection makes room.
TEST_CASE("a trusted proxy does not hold what comes through it")
{
    auto options = with_room_for(4);
    options.trusted_proxies = {"127.0.0.2"};
    one_route fixture(answer_plainly, options);
    auto alone = idle_client(fixture);
    std::vector<client_of_address> proxied;
    for (int i = 0; i < 3; ++i) {
        proxied.emplace_back("127.0.0.2", fixture.port());
        proxied.back().ask_plainly();
    }
    auto newcomer = ask(fixture);
    CHECK(alone.wait_for_end() == client::ending::closed);
    CHECK(fixture.stats().ended_for_room == 1);
}

// Where nobody is idle, the slowest request that is still coming in makes room; one that has only just begun
// is not slow.
TEST_CASE("the slowest request makes room")
{
    one_route fixture(answer_plainly, with_room_for(2));
    auto slow = fixture.connect();
    slow.send("G");
    auto faster = fixture.connect();
    faster.send("GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + std::string(500, 'x'));
    REQUIRE(fixture.wait_for_stats([](server_stats const& now) { return now.connections == 2; }));
    int status = 503;
    while (status == 503) { // for about a second
        auto newcomer = fixture.connect();
        newcomer.get("/");
        status = newcomer.read_head().status();
    }
    CHECK(status == 200);
    CHECK(slow.read_head().status() == 503);
    faster.send("\r\n\r\n");
    CHECK(faster.read_head().status() == 200);
    CHECK(fixture.stats().ended_for_room == 1);
}

// Streams are open for hours, and stay, however many newcomers there are: a request that comes in slowly
// makes room, although a stream has sent less, for longer.
TEST_CASE("an open stream does not make room")
{
    one_route fixture(stay_open, with_room_for(2));
    auto first = ask(fixture);
    auto slow = fixture.connect();
    slow.send("GET / HTTP/1.1\r\n");
    REQUIRE(fixture.wait_for_stats([](server_stats const& now) { return now.connections == 2; }));
    std::optional<client> newcomer;
    do { // for about a second
        newcomer.emplace(fixture.connect());
        newcomer->get("/");
    } while (newcomer->read_head().status() == 503);
    CHECK(slow.read_head().status() == 503);
    auto late = fixture.connect(); // when there are streams alone
    late.get("/");
    CHECK(late.read_head().status() == 503);
    CHECK(fixture.stats().ended_for_room == 1);
    CHECK(fixture.stats().streams == 2);
}

// Whoever is only told to come back has no place, and so makes no room, whether idle or not.
TEST_CASE("a refused connection does not make room")
{
    one_route fixture(stay_open, with_room_for(1));
    auto first = ask(fixture);
    auto silent = fixture.connect();
    silent.send("\r\n"); // not the beginning of a request
    REQUIRE(fixture.wait_for_stats([](server_stats const& now) { return now.connections == 2; }));
    auto newcomer = fixture.connect();
    newcomer.get("/");
    CHECK(newcomer.read_head().status() == 503);
    CHECK(fixture.stats().ended_for_room == 0);
}

// Each loop has connections of its own; together they are not more than the limit.
TEST_CASE("several loops make room")
{
    auto options = with_room_for(4);
    options.loops = 2;
    one_route fixture(answer_plainly, options);
    std::vector<client> all;
    for (int i = 0; i < 20; ++i)
        all.push_back(idle_client(fixture));
    CHECK(fixture.stats().ended_for_room == 16);
    CHECK(fixture.wait_for_stats([](server_stats const& now) { return now.connections == 4; }));
}

// An address may hold so many connections, if that is asked for; what has ended counts no more.
TEST_CASE("connections of an address can be limited")
{
    auto options = server_fixture::brisk();
    options.per_address.connections = 2;
    one_route fixture(answer_plainly, options);
    auto first = idle_client(fixture);
    auto second = idle_client(fixture);
    auto third = fixture.connect();
    third.get("/");
    auto const refused = third.read_head();
    CHECK(refused.status() == 429);
    CHECK(refused.has_header("Retry-After"));
    CHECK(third.wait_for_end() == client::ending::closed);
    client_of_address other("127.0.0.2", fixture.port());
    other.ask_plainly();
    first.close();
    REQUIRE(fixture.wait_for_stats([](server_stats const& now) { return now.connections == 2; }));
    auto fourth = idle_client(fixture);
}
