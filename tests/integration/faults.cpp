// SPDX-License-Identifier: BSL-1.0
#include "handlers.hpp"
#include "one_route.hpp"
#include "support/without_retry.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::context;
using tidings::event_stream;
using tidings::request;
using tidings::test::server_fixture;

namespace {

asio::awaitable<void> throw_before(context, request const&, event_stream&)
{
    throw std::runtime_error("the secret of the house");
    co_return;
}

asio::awaitable<void> throw_after(context, request const&, event_stream& out)
{
    co_await out.send({.data = "one"});
    throw std::runtime_error("the secret of the house");
}

asio::awaitable<void> throw_number(context, request const&, event_stream&)
{
    throw 7;
    co_return;
}

asio::awaitable<void> send_nothing(context, request const&, event_stream&)
{
    co_return;
}

asio::awaitable<void> send_type_alone(context, request const&, event_stream& out)
{
    co_await out.send({.type = "refresh"});
    co_await out.send({.type = "refresh"});
}

asio::awaitable<void> send_without_content(context, request const&, event_stream& out)
{
    co_await out.send({.type = "refresh", .data = ""});
    co_await out.send({.id = "1"});
}

asio::awaitable<void> send_after_finish(std::string* message, context, request const&, event_stream& out)
{
    co_await out.finish({.id = "9", .data = "last"});
    try {
        (void)out.send({.data = "more"});
    } catch (std::logic_error const& error) {
        *message = error.what();
    }
}

asio::awaitable<void> set_header_late(std::string* message, context, request const&, event_stream& out)
{
    co_await out.send({.data = "one"});
    try {
        out.set_header("X-Late", "yes");
    } catch (std::logic_error const& error) {
        *message = error.what();
    }
}

asio::awaitable<void> send_bad_id(std::string* message, context, request const&, event_stream& out)
{
    try {
        (void)out.send({.id = "1\n2", .data = "bad"});
    } catch (std::invalid_argument const& error) {
        *message = error.what();
    }
    co_await out.send({.id = "2", .data = "good"});
}

asio::awaitable<void> send_from_elsewhere(std::string* message, context, request const&, event_stream& out)
{
    co_await out.open();
    std::thread([&] {
        try {
            (void)out.send({.data = "from elsewhere"});
        } catch (std::logic_error const& error) {
            *message = error.what();
        }
    }).join();
    co_await out.send({.data = "from home"});
}

// A loop that computes: the deadline of the test bounds it.
asio::awaitable<void> block_loop(context, request const&, event_stream& out)
{
    auto const until = std::chrono::steady_clock::now() + 220ms;
    while (std::chrono::steady_clock::now() < until) {
    }
    co_await out.send({.data = "done"});
}

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != text.npos;
}

} // namespace

// An exception before the head becomes a 500: its text goes to the log, and not to the client, and the
// connection goes on.
TEST_CASE("an exception before the head")
{
    server_fixture fixture;
    fixture.routes().get("/throws", throw_before);
    fixture.routes().get("/number", throw_number);
    fixture.routes().get("/plain", answer_plainly);
    fixture.start();
    auto client = fixture.connect();
    client.get("/throws");
    CHECK(client.read_head().status() == 500);
    CHECK(client.read_body() == "internal server error\n");
    CHECK(fixture.count_logged("the handler of GET /throws failed: the secret of the house") == 1);
    client.get("/number");
    CHECK(client.read_head().status() == 500);
    CHECK(client.read_body() == "internal server error\n");
    CHECK(fixture.count_logged("an exception that is not a std::exception") == 1);
    client.get("/plain");
    CHECK(client.read_head().status() == 200);
    CHECK(fixture.stats().handlers_failed == 2);
}

// An exception after the head cuts the stream, so that the client comes back; other streams do not notice.
TEST_CASE("an exception after the head")
{
    server_fixture fixture;
    fixture.routes().get("/throws", throw_after);
    fixture.routes().get("/open", say_farewell);
    fixture.start();
    auto other = ask(fixture, "/open");
    CHECK(other.next_event()->data() == "hello");
    auto client = ask(fixture, "/throws");
    CHECK(client.next_event()->data() == "one");
    CHECK_FALSE(client.next_event());
    CHECK_FALSE(client.is_body_complete());
    CHECK(fixture.count_logged("the handler of GET /throws failed") == 1);
    fixture.stop();
    CHECK(other.next_event()->type() == "farewell");
}

// The hook may say a last word to the client.
TEST_CASE("on_handler_error has the last word")
{
    auto options = server_fixture::brisk();
    options.on_handler_error = [](std::exception_ptr, request const& asked) {
        return tidings::event_text({.type = "error", .data = "sorry, " + std::string(asked.path())});
    };
    one_route fixture(throw_after, options);
    auto client = ask(fixture);
    CHECK(client.next_event()->data() == "one");
    auto const last = client.next_event();
    REQUIRE(last);
    CHECK(last->type() == "error");
    CHECK(last->data() == "sorry, /");
    CHECK_FALSE(client.next_event());
    CHECK_FALSE(client.is_body_complete());
}

// A hook that fails itself is logged, and the stream is cut as without it.
TEST_CASE("on_handler_error that throws is logged")
{
    auto options = server_fixture::brisk();
    options.on_handler_error = [](std::exception_ptr, request const&) -> std::optional<tidings::event_text> {
        throw std::runtime_error("the hook too");
    };
    one_route fixture(throw_after, options);
    auto client = ask(fixture);
    CHECK(client.next_event()->data() == "one");
    CHECK_FALSE(client.next_event());
    CHECK(fixture.count_logged("on_handler_error failed: the hook too") == 1);
}

// A handler that returns without sending anything leaves an empty stream and a warning.
TEST_CASE("a handler that sends nothing")
{
    one_route fixture(send_nothing);
    auto client = fixture.connect();
    client.get("/");
    CHECK(client.read_head().header("Content-Type") == "text/event-stream");
    CHECK(without_retry(client.read_body()).empty());
    CHECK(client.is_body_complete());
    CHECK(fixture.count_logged("GET / returned without sending anything") == 1);
}

// An event with a type and no data reaches no listener: one warning a stream. With empty data it does, and an
// event without a type may well have an id alone.
TEST_CASE("an event with a type and no data is warned about")
{
    server_fixture fixture;
    fixture.routes().get("/alone", send_type_alone);
    fixture.routes().get("/without-content", send_without_content);
    fixture.start();
    CHECK(without_retry(ask(fixture, "/without-content").read_body()) ==
          "event: refresh\ndata:\n\nid: 1\n\n");
    CHECK(fixture.wait_for_stats(no_handler_is_left));
    CHECK(fixture.log().empty());
    CHECK(without_retry(ask(fixture, "/alone").read_body()) == "event: refresh\n\nevent: refresh\n\n");
    CHECK(fixture.wait_for_stats(no_handler_is_left));
    CHECK(fixture.count_logged("GET /alone sent an event with a type and no data") == 1);
    CHECK(fixture.log().size() == 1);
}

// What a handler does too late, or wrong, is refused with a text that says what; nothing of it is written.
TEST_CASE("misuse of a stream is refused")
{
    std::string after_finish;
    std::string late_header;
    std::string bad_id;
    std::string elsewhere;
    server_fixture fixture;
    fixture.routes().get("/after-finish", std::bind_front(send_after_finish, &after_finish));
    fixture.routes().get("/late-header", std::bind_front(set_header_late, &late_header));
    fixture.routes().get("/bad-id", std::bind_front(send_bad_id, &bad_id));
    fixture.routes().get("/elsewhere", std::bind_front(send_from_elsewhere, &elsewhere));
    fixture.start();
    auto const body_of = [&](std::string_view target) {
        auto client = fixture.connect();
        client.get(target);
        CHECK(client.read_head().status() == 200);
        auto body = client.read_body();
        CHECK(client.is_body_complete());
        CHECK(fixture.wait_for_stats(no_handler_is_left));
        return without_retry(std::move(body));
    };
    CHECK(body_of("/after-finish") == "id: 9;finished\ndata: last\n\n");
    CHECK(contains(after_finish, "the stream has been finished"));
    CHECK(body_of("/late-header") == "data: one\n\n");
    CHECK(contains(late_header, "set_header comes too late"));
    CHECK(body_of("/bad-id") == "id: 2\ndata: good\n\n");
    CHECK_FALSE(bad_id.empty());
    CHECK(body_of("/elsewhere") == "data: from home\n\n");
    CHECK(contains(elsewhere, "from another thread"));
    CHECK(fixture.stats().handlers_failed == 0);
}

// A handler that computes on its loop holds all streams of it up: that is logged, with what to do.
TEST_CASE("a blocked loop is logged")
{
    one_route fixture(block_loop);
    auto client = ask(fixture);
    CHECK(fixture.wait_for_log("a loop was blocked for"));
    CHECK(fixture.count_logged("use run_blocking") >= 1);
}

// A finished stream's client that comes back is told to stay away.
TEST_CASE("a finished id is answered with 204")
{
    one_route fixture(send_one);
    auto client = fixture.connect();
    client.get("/", "Last-Event-ID: 9;finished\r\n");
    CHECK(client.read_head().status() == 204);
    client.get("/?lastEventId=9%3Bfinished");
    CHECK(client.read_head().status() == 204);
    client.get("/", "Last-Event-ID: 9\r\n");
    CHECK(client.read_head().status() == 200);
}
