// SPDX-License-Identifier: BSL-1.0
#include <tidings/stream/event_stream.hpp>
#include <tidings/testing/stream.hpp>
#include <tidings/wait/after.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::event;
using tidings::event_stream;
using tidings::request;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

using attempt = std::function<void(event_stream&)>;

// Makes the attempt when the stream is fresh, or after `before`, and lets what it throws out.
asio::awaitable<void> attempt_fresh(attempt const& what, context, request const&, event_stream& out)
{
    what(out);
    co_await out.send({.data = "after"});
}

asio::awaitable<void> attempt_late(attempt const& what, context, request const&, event_stream& out)
{
    co_await out.send({.data = "before"});
    what(out);
}

asio::awaitable<void> attempt_rejected(attempt const& what, context, request const&, event_stream& out)
{
    co_await out.reject(404, "gone");
    what(out);
}

asio::awaitable<void> attempt_finished(attempt const& what, context, request const&, event_stream& out)
{
    co_await out.finish({.id = "7", .data = "last"});
    what(out);
}

using attempting = asio::awaitable<void> (*)(attempt const&, context, request const&, event_stream&);

// The text of the exception that the attempt ended the handler with; empty if none.
std::string failure_of(attempting how, attempt const& what)
{
    virtual_time time;
    stream const client(time, std::bind_front(how, std::cref(what)), request::get("/"));
    try {
        if (client.failure())
            std::rethrow_exception(client.failure());
    } catch (std::exception const& error) {
        return error.what();
    }
    return {};
}

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != text.npos;
}

asio::awaitable<void> send_unawaited(context, request const&, event_stream& out)
{
    (void)out.send({.data = "1"});
    (void)out.comment("2");
    (void)out.retry(3s);
    co_await out.send({.data = "4"});
}

asio::awaitable<void> set_the_head(context, request const&, event_stream& out)
{
    out.set_status(206);
    out.set_header("X-Set", "first");
    out.set_header("X-Set", "second");
    out.add_header("Cache-Control", "private");
    co_await out.open();
}

asio::awaitable<void> reject_with_header(context, request const&, event_stream& out)
{
    out.set_header("X-Kept", "yes");
    co_await out.reject(404, "no such build");
}

asio::awaitable<void> tell_last_id(context, request const&, event_stream& out)
{
    co_await out.send({.data = out.last_event_id().value_or("none")});
}

} // namespace

// The head is open until it goes out, and a change that comes later says so.
TEST_CASE("the head cannot be changed once it is out")
{
    for (attempt const& change : {attempt([](event_stream& out) { out.set_status(201); }),
                                  attempt([](event_stream& out) { out.set_header("X-A", "b"); }),
                                  attempt([](event_stream& out) { out.add_header("X-A", "b"); }),
                                  attempt([](event_stream& out) { (void)out.reject(404, "late"); })}) {
        CHECK(failure_of(attempt_fresh, change).find("comes too late") == std::string::npos);
        CHECK(contains(failure_of(attempt_late, change), "comes too late"));
    }
}

// After a rejection or a last event nothing more can be sent.
TEST_CASE("nothing can be sent after the end")
{
    for (attempt const& sending : {attempt([](event_stream& out) { (void)out.send({.data = "x"}); }),
                                   attempt([](event_stream& out) { (void)out.comment("x"); }),
                                   attempt([](event_stream& out) { (void)out.retry(1s); }),
                                   attempt([](event_stream& out) { (void)out.open(); }),
                                   attempt([](event_stream& out) { (void)out.finish({.data = "x"}); }),
                                   attempt([](event_stream& out) { out.set_status(201); })}) {
        CHECK(contains(failure_of(attempt_rejected, sending), "a plain response has taken the place"));
        CHECK(contains(failure_of(attempt_finished, sending), "the stream has been finished"));
    }
}

// What cannot be sent is refused before a byte of it, or of the head, is written.
TEST_CASE("what cannot be sent writes nothing")
{
    for (attempt const& bad :
         {attempt([](event_stream& out) { (void)out.send({.id = "1\n2"}); }),
          attempt([](event_stream& out) { (void)out.send({.type = "a\rb", .data = "x"}); }),
          attempt([](event_stream& out) { (void)out.send({.data = "\xff"}); }),
          attempt([](event_stream& out) { (void)out.retry(-1ms); }),
          attempt([](event_stream& out) { out.set_status(199); }),
          attempt([](event_stream& out) { out.set_status(600); }),
          attempt([](event_stream& out) { out.set_status(204); }),
          attempt([](event_stream& out) { out.set_status(205); }),
          attempt([](event_stream& out) { (void)out.send({.id = "7;finished", .data = "x"}); }),
          attempt([](event_stream& out) { out.set_header("X A", "b"); })}) {
        virtual_time time;
        stream const client(time, std::bind_front(attempt_fresh, std::cref(bad)), request::get("/"));
        REQUIRE(client.failure());
        CHECK_THROWS_AS(std::rethrow_exception(client.failure()), std::invalid_argument);
        REQUIRE(client.is_over());
        CHECK(client.status() == 500);
    }
}

// A stream belongs to its loop: use from another thread is refused, and says what to do instead.
TEST_CASE("use from another thread is refused")
{
    std::string message;
    attempt const elsewhere = [&](event_stream& out) {
        std::thread([&] {
            try {
                (void)out.send({.data = "x"});
            } catch (std::logic_error const& error) {
                message = error.what();
            }
        }).join();
    };
    CHECK(failure_of(attempt_fresh, elsewhere).empty());
    CHECK(contains(message, "from another thread"));
    CHECK(contains(message, "a channel or a topic"));
}

// Order is the order of the calls, also of those that nobody awaited.
TEST_CASE("what is not awaited leaves with the next await, in order")
{
    virtual_time time;
    stream const client(time, send_unawaited, request::get("/"));
    CHECK(client.text().ends_with("\n\ndata: 1\n\n: 2\n\nretry: 3000\n\ndata: 4\n\n"));
}

// The handler's status and headers are in the head; a default gives way to a header of its name.
TEST_CASE("status and headers")
{
    virtual_time time;
    stream const client(time, set_the_head, request::get("/"));
    REQUIRE(client.head());
    CHECK(client.head()->status() == 206);
    CHECK(client.head()->header("X-Set") == "second");
    CHECK(client.head()->header("Cache-Control") == "private");
    CHECK(client.head()->header("X-Accel-Buffering") == "no");
}

// A rejection is a plain answer, with the headers that were set for the stream.
TEST_CASE("a rejection")
{
    virtual_time time;
    stream const client(time, reject_with_header, request::get("/"));
    REQUIRE(client.is_over());
    CHECK(client.status() == 404);
    CHECK(client.head()->header("X-Kept") == "yes");
    CHECK(client.text() == "no such build");
}

// The last event of a stream carries a mark in its id by which the client's return is known.
TEST_CASE("finish marks the id")
{
    virtual_time time;
    attempt const nothing = [](event_stream&) {};
    stream client(time, std::bind_front(attempt_finished, std::cref(nothing)), request::get("/"));
    REQUIRE(client.events().size() == 1);
    CHECK(client.is_over());
    CHECK(event_stream::is_finished_id(client.events()[0].id()));
    CHECK_FALSE(event_stream::is_finished_id("7"));
    CHECK_FALSE(event_stream::is_finished_id(""));
}

// Where the client left off comes from its header or its query.
TEST_CASE("the last event id")
{
    virtual_time time;
    stream none(time, tell_last_id, request::get("/"));
    CHECK(none.next_event()->data() == "none");
    stream header(time, tell_last_id, request::get("/").with_header("Last-Event-ID", "41"));
    CHECK(header.next_event()->data() == "41");
    stream query(time, tell_last_id, request::get("/?lastEventId=42"));
    CHECK(query.next_event()->data() == "42");
}
