// SPDX-License-Identifier: BSL-1.0
#include "handlers.hpp"
#include "one_route.hpp"

#include <boost/asio/awaitable.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::test::server_fixture;

namespace {

asio::awaitable<void> tell_last_id(tidings::context, tidings::request const&, tidings::event_stream& out)
{
    std::string const known = out.last_event_id().value_or("none");
    co_await out.send({.data = known});
}

// Three events, and no more for ever.
asio::awaitable<void> count_to_three(tidings::context, tidings::request const&, tidings::event_stream& out)
{
    co_await out.send({.id = "1", .data = "one"});
    co_await out.send({.id = "2", .data = "two"});
    co_await out.finish({.id = "3", .data = "three"});
}

} // namespace

// A stream that has reached its age ends as if the handler had returned; the client is told when to come
// back, and by its farewell why.
TEST_CASE("a stream ends at its maximum age")
{
    auto options = server_fixture::brisk();
    options.maximum_age = 100ms;
    one_route fixture(say_farewell, options);
    auto const begin = std::chrono::steady_clock::now();
    auto reading = ask_once(fixture);
    CHECK(reading.next_event()->data() == "hello");
    auto const rest = reading.read_to_end();
    CHECK(std::chrono::steady_clock::now() - begin >= 90ms); // up to a tenth less, by chance
    CHECK(rest.find("data: deadline exceeded\n\n") != rest.npos);
    CHECK(rest.ends_with("0\r\n\r\n"));
    CHECK(fixture.wait_for_stats(no_handler_is_left));
}

// From the header, which wins, or from the query, by each of the names that clients use.
TEST_CASE("where a client left off")
{
    one_route fixture(tell_last_id);
    auto const told = [&](std::string_view target, std::string_view header_lines) {
        return ask(fixture, target, header_lines).next_event()->data();
    };
    CHECK(told("/", {}) == "none");
    CHECK(told("/", "Last-Event-ID: 7\r\n") == "7");
    CHECK(told("/", "last-event-id: with space\r\n") == "with space");
    CHECK(told("/", "Last-Event-ID: \r\n") == "none");
    CHECK(told("/?last_event_id=a%26b", {}) == "a&b");
    CHECK(told("/?lastEventId=8", {}) == "8");
    CHECK(told("/?evs_last_event_id=9", {}) == "9");
    CHECK(told("/?lastEventId=8", "Last-Event-ID: 7\r\n") == "7");
    CHECK(told("/?lastEventId=", {}) == "none");
}

// A client that comes back by itself, with the last id that it has seen, learns that nothing more will come.
TEST_CASE("a client does not come back to a finished stream")
{
    one_route fixture(count_to_three);
    auto reading = ask(fixture);
    std::string last_id;
    std::string seen;
    while (auto const event = reading.next_event()) {
        last_id = event->id();
        seen += event->data() + " ";
    }
    CHECK(seen == "one two three ");
    CHECK(reading.is_body_complete());
    auto back = fixture.connect();
    back.get("/", "Last-Event-ID: " + last_id + "\r\n");
    CHECK(back.read_head().status() == 204);
}
