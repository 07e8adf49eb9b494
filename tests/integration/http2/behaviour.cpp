// SPDX-License-Identifier: BSL-1.0
// What a server does, whichever protocol it is asked by: each case runs over HTTP/1.1 and HTTP/2, plain and
// over TLS. What has bytes of HTTP/1.1 in it stands beside, in the files of the other suites.
#include <tidings/hub/long_poll.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/net/tls/tls_context.hpp>
#include <tidings/server/http2/http2.hpp>
#include <tidings/wait/channel.hpp>

#include "../handlers.hpp"
#include "../one_route.hpp"
#include "served.hpp"
#include "support/ends.hpp"
#include "support/http_client.hpp"
#include "support/scratch_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::context;
using tidings::event_stream;
using tidings::request;
using tidings::response;
using tidings::topic;
using tidings::test::server_fixture;

namespace {

std::string said_by(spoken how)
{
    return how.is_http2 ? "HTTP/2" : "HTTP/1.1";
}

/// The records of requests, "HTTP/2 200 client gone".
class records
{
public:
    std::function<void(tidings::stream_end const&)> hook()
    {
        return [this](tidings::stream_end const& over) {
            std::lock_guard const guard(lock_);
            lines_.push_back(std::string(over.protocol) + " " + std::to_string(over.status) + " " +
                             std::string(to_string(over.reason)) + (over.cut ? ", cut" : ""));
        };
    }
    std::vector<std::string> all() const
    {
        std::lock_guard const guard(lock_);
        return lines_;
    }

private:
    mutable std::mutex lock_;
    std::vector<std::string> lines_;
};

asio::awaitable<void> count_to_three(context, request const&, event_stream& out)
{
    for (int i = 1; i <= 3; ++i)
        co_await out.send({.id = std::to_string(i), .data = "event " + std::to_string(i)});
}

asio::awaitable<void> fail_after_one(context, request const&, event_stream& out)
{
    co_await out.send({.data = "one"});
    throw std::runtime_error("broken");
}

// Holds as many bytes unsent as the query says, until the gate is closed.
asio::awaitable<void> hold_back(tidings::channel<int> gate, context ctx, request const& asked,
                                event_stream& out)
{
    co_await out.open();
    auto const count = std::stoi(asked.query("kilobytes"));
    std::string const piece(1024, 'x');
    for (int i = 0; i != count; ++i)
        (void)out.send({.data = piece}); // nothing leaves before something is awaited
    co_await gate.receive(ctx);
    co_await out.send({.type = "last", .data = "over"});
}

asio::awaitable<response> answer_much(context, request const&)
{
    co_return response::text(std::string(ended_handlers::much, 'x'));
}

asio::awaitable<response> poll_news(topic& news, context ctx, request const& asked)
{
    return long_poll(std::move(ctx), asked, news);
}

asio::awaitable<response> describe(context, request const& asked)
{
    co_return response::text(std::string(asked.version()) + " " + std::string(asked.remote_address()) + " " +
                             std::string(asked.header("Host")) + " " + std::string(asked.header("Cookie")));
}

asio::awaitable<response> send_file(std::filesystem::path const& path, context, request const&)
{
    auto answer = response::file(path);
    co_return answer;
}

std::optional<response> take_name(request& head, tidings::headers&)
{
    head.set_principal(std::string(head.header("X-Name")));
    return {};
}

std::optional<response> refuse(request const&, tidings::headers&)
{
    return response::text("refused", 403);
}

} // namespace

// Plain answers with bodies both ways, HEAD, what is not there, and what handlers learn of who asks.
TEST_CASE("by each protocol: plain requests")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    served server(how);
    server.routes().get("/", answer_plainly);
    server.routes().get("/who", describe);
    server.routes().post("/echo", echo);
    server.start();
    auto const client = server.client();

    auto plain = client->ask({});
    CHECK(plain->status() == 200);
    CHECK(plain->header("content-type") == "text/plain; charset=utf-8");
    CHECK(plain->read_body() == "plain");
    CHECK(plain->is_whole());

    auto head = client->ask({.method = "HEAD"});
    CHECK(head->status() == 200);
    CHECK(head->header("content-length") == "5");
    CHECK(head->read_body().empty());

    std::string const body(300'000, 'b'); // beyond the windows that HTTP/2 begins with
    auto echoed = client->ask({.target = "/echo", .method = "POST", .body = body});
    CHECK(echoed->status() == 200);
    CHECK(echoed->read_body() == body);
    CHECK(echoed->is_whole());

    CHECK(client->ask({.target = "/nowhere"})->status() == 404);
    CHECK(client->ask({.target = "/echo"})->status() == 405);
    CHECK(client->ask({.target = "*", .method = "OPTIONS"})->status() == 204);

    auto who = client->ask({.target = "/who", .fields = {{"cookie", "a=b"}}});
    CHECK(who->read_body() == said_by(how) + " 127.0.0.1 localhost a=b");
}

// Bodies one after the other on a connection, some of which are not read to their ends, leave its window as
// it was.
TEST_CASE("by each protocol: a hundred bodies on one connection")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    auto options = server_fixture::brisk();
    options.body_bytes = 1'500;
    served server(how, std::move(options));
    server.routes().post("/echo", echo);
    server.start();
    auto const client = server.client();
    for (int i = 0; i != 100; ++i) {
        bool const is_taken = i % 10 != 9;
        std::string const body(is_taken ? 1'500 : 3'000, 'b');
        auto const given = client->ask({.target = "/echo", .method = "POST", .body = body});
        REQUIRE(given->status() == (is_taken ? 200 : 413));
        if (!is_taken && !how.is_http2)
            break; // which ends a connection of HTTP/1.1
        REQUIRE((given->read_body() == body) == is_taken);
    }
}

// Events as they come, the proper end behind a handler that has returned, and none behind one that has
// failed.
TEST_CASE("by each protocol: events and their end")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    served server(how);
    server.routes().get("/three", count_to_three);
    server.routes().get("/fails", fail_after_one);
    server.start();
    auto const client = server.client();
    auto three = client->ask({.target = "/three"});
    CHECK(three->status() == 200);
    CHECK(three->header("content-type") == "text/event-stream");
    for (int i = 1; i <= 3; ++i) {
        auto const event = three->next_event();
        REQUIRE(event);
        CHECK(event->data() == "event " + std::to_string(i));
        CHECK(event->id() == std::to_string(i));
    }
    CHECK_FALSE(three->next_event());
    CHECK(three->is_whole());

    auto head = client->ask({.target = "/three", .method = "HEAD"});
    CHECK(head->status() == 200);
    CHECK(head->read_body().empty());

    auto fails = client->ask({.target = "/fails"});
    CHECK(fails->next_event()->data() == "one");
    CHECK_FALSE(fails->next_event());
    CHECK_FALSE(fails->is_whole());
}

// A client that comes back with the last id that it has seen gets what it has missed.
TEST_CASE("by each protocol: a client resumes")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    topic news;
    served_route server(how, std::bind_front(hand_over, news));
    auto const client = server.client();
    auto first = client->ask({});
    CHECK(first->status() == 200);
    REQUIRE(server.wait_for_stats([](auto const& now) { return now.streams == 1 && now.handlers == 0; }));
    news.publish({.data = "1"});
    std::string seen;
    for (auto event = first->next_event();; event = first->next_event()) {
        REQUIRE(event);
        seen = event->id();
        if (event->data() == "1")
            break;
    }
    first->leave();
    REQUIRE(server.wait_for_stats([](auto const& now) { return now.streams == 0; }));
    news.publish({.data = "2"});
    news.publish({.data = "3"});
    auto again = client->ask({.fields = {{"last-event-id", seen}}});
    for (auto const* const missed : {"2", "3"})
        CHECK(again->next_event()->data() == missed);
}

// The table of ends: whatever a handler does when its client leaves, its context ends at once, and it is
// counted.
TEST_CASE("by each protocol: a client that leaves ends what was done for it")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    scratch_file const file(ended_handlers::much);
    for (auto const& row : table_of_ends) {
        if (row.how != leaving::closes)
            continue;
        CAPTURE(to_string(row.what));
        records kept;
        ended_handlers handlers(file.path);
        auto options = options_for_ends();
        options.on_stream_end = kept.hook();
        served_route server(how, handlers.handler_for(row.what), options);
        auto const client = server.client();
        auto asked = client->ask({});
        if (is_open_stream(row.what) || is_under_way(row.what))
            CHECK(asked->status() == 200);
        REQUIRE(server.wait_for_stats([](auto const& now) { return now.requests == 1; }));
        if (row.what == doing::stream_handed_over)
            REQUIRE(server.wait_for_stats(no_handler_is_left));
        asked->leave();
        CHECK(server.wait_for_stats(
            [](auto const& now) { return now.clients_gone == 1 && now.handlers == 0 && now.streams == 0; }));
        CHECK(handlers.contexts().at(0).is_done());
        // The record comes behind the counts.
        REQUIRE(server.wait_for_stats([&](auto const&) { return kept.all().size() == 1; }));
        CHECK(kept.all().front().starts_with(said_by(how)));
        CHECK(kept.all().front().find("client gone") != std::string::npos);
    }
}

// A drain tells each stream why it ends, and signs its end; what comes afterwards is not served.
TEST_CASE("by each protocol: a server drains")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    served_route server(how, say_farewell);
    auto const client = server.client();
    std::vector<std::unique_ptr<answering>> streams;
    for (int i = 0; i != 5; ++i) {
        streams.push_back(client->ask({}));
        CHECK(streams.back()->next_event()->data() == "hello");
    }
    std::thread stopping([&] { server.stop(); });
    for (auto const& each : streams) {
        auto const farewell = each->next_event();
        CHECK((farewell && farewell->data() == "server stopping"));
        CHECK_FALSE(each->next_event());
        CHECK(each->is_whole());
    }
    stopping.join();
    CHECK(nothing_is_left(server.stats()));
}

// A stream ends at its age, with the reason told to its handler.
TEST_CASE("by each protocol: a stream has a maximum age")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    auto options = server_fixture::brisk();
    options.maximum_age = 50ms;
    served_route server(how, say_farewell, options);
    auto const client = server.client();
    auto aging = client->ask({});
    CHECK(aging->next_event()->data() == "hello");
    CHECK(aging->next_event()->data() == "deadline exceeded");
    CHECK_FALSE(aging->next_event());
    CHECK(aging->is_whole());
}

// Limits are answered with their statuses, and what is decided on the head is not kept waiting for the body.
TEST_CASE("by each protocol: limits and refusals")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    auto options = server_fixture::brisk();
    options.body_bytes = 1000;
    options.head_bytes = 2000;
    options.per_address.streams = 2;
    served server(how, options);
    server.routes().check("/private", refuse);
    server.routes().post("/echo", echo);
    server.routes().post("/private", echo);
    server.routes().get("/events", stay_open);
    server.start();
    auto const client = server.client();
    std::string const large(1001, 'x');

    auto too_large =
        client->ask({.target = "/echo", .method = "POST", .body = large, .holds_body_back = true});
    CHECK(too_large->status() == 413);
    auto refused =
        client->ask({.target = "/private", .method = "POST", .body = "x", .holds_body_back = true});
    CHECK(refused->status() == 403);
    CHECK(refused->read_body() == "refused");
    CHECK(client->ask({.target = "/nowhere", .method = "POST", .body = "x", .holds_body_back = true})
              ->status() == 404);
    CHECK(client->ask({.target = "/echo", .fields = {{"x-long", std::string(3000, 'x')}}})->status() == 431);
    CHECK(client->ask({.target = "/echo", .method = "POST", .body = "still served"})->read_body() ==
          "still served");

    auto const one = client->ask({.target = "/events"});
    auto const two = client->ask({.target = "/events"});
    CHECK(one->status() == 200);
    CHECK(two->status() == 200);
    CHECK(client->ask({.target = "/events"})->status() == 429);
    one->leave();
    CHECK(server.wait_for_stats([](auto const& now) { return now.streams == 1; }));
    CHECK(client->ask({.target = "/events"})->status() == 200);
}

// Who asks whether its body is wanted is told so, or gets another answer in its place.
TEST_CASE("by each protocol: 100-continue")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    served server(how);
    server.routes().check("/private", refuse);
    server.routes().post("/echo", echo);
    server.routes().post("/private", echo);
    server.start();
    auto const client = server.client();
    asking ask{.target = "/echo",
               .method = "POST",
               .fields = {{"expect", "100-continue"}},
               .body = "hello",
               .holds_body_back = true};
    auto wanted = client->ask(ask);
    CHECK(wanted->is_continued());
    wanted->send_body("hello");
    CHECK(wanted->status() == 200);
    CHECK(wanted->read_body() == "hello");
    ask.target = "/private";
    auto unwanted = client->ask(ask);
    CHECK_FALSE(unwanted->is_continued());
    CHECK(unwanted->status() == 403);
}

// A long poll waits for the next event, and answers with it.
TEST_CASE("by each protocol: a long poll")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    topic news;
    served_route server(how, std::bind_front(poll_news, std::ref(news)));
    auto const client = server.client();
    news.publish({.data = "before"});
    auto poll = client->ask({});
    REQUIRE(server.wait_for_stats([&](auto const&) { return news.stats().subscribers == 1; }));
    news.publish({.data = "news"});
    CHECK(poll->status() == 200);
    CHECK_FALSE(poll->read_body().empty());
    CHECK(poll->is_whole());
}

// A file, larger than what sockets and windows hold, arrives whole; one that is not there is not found.
TEST_CASE("by each protocol: files")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    scratch_file const file(3'000'000);
    served server(how);
    server.routes().get("/file", std::bind_front(send_file, file.path));
    server.routes().get("/none", std::bind_front(send_file, std::filesystem::path("/nowhere/at/all")));
    server.start();
    auto const client = server.client();
    auto sent = client->ask({.target = "/file"});
    CHECK(sent->status() == 200);
    CHECK(sent->header("content-length") == "3000000");
    CHECK(sent->read_body() == std::string(3'000'000, 'f'));
    CHECK(sent->is_whole());
    auto const again =
        client->ask({.target = "/file", .fields = {{"if-none-match", std::string(sent->header("etag"))}}});
    CHECK(again->status() == 304);
    CHECK(again->header("etag") == sent->header("etag"));
    CHECK(again->header("content-length").empty());
    CHECK(again->read_body().empty());
    CHECK(again->is_whole());
    CHECK(client->ask({.target = "/none"})->status() == 404);
}

// A client that does not read its stream is cut by its queue; another stream of the same topic gets each
// event, over HTTP/2 also one of the same connection.
TEST_CASE("by each protocol: a slow stream is cut, and holds up no other")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    topic news({.send_position = false});
    records kept;
    auto options = server_fixture::brisk();
    options.queue_bytes = 64 * 1024;
    options.on_stream_end = kept.hook();
    served_route server(how, std::bind_front(hand_over, news), options);
    auto const client = server.client();
    auto const slow = client->ask({});
    auto const quick = client->ask({});
    CHECK(slow->status() == 200);
    CHECK(quick->status() == 200);
    REQUIRE(server.wait_for_stats([](auto const& now) { return now.streams == 2 && now.handlers == 0; }));
    std::string const text(30'000, 'x');
    int count = 0;
    for (; count != 1000 && kept.all().empty(); ++count) {
        news.publish({.data = text + std::to_string(count)});
        auto const event = quick->next_event();
        REQUIRE(event);
        CHECK(event->data() == text + std::to_string(count));
    }
    REQUIRE(kept.all().size() == 1);
    CHECK(kept.all().front() == said_by(how) + " 200 client gone, cut");
    CHECK(server.wait_for_stats([](auto const& now) { return now.streams == 1; }));
    news.publish({.data = "the last"});
    CHECK(quick->next_event()->data() == "the last");
    slow->read_body();
    CHECK_FALSE(slow->is_whole());
}

// An open stream is no idle connection, whatever the time for these is.
TEST_CASE("by each protocol: an open stream outlives the idle time")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    topic news({.send_position = false});
    auto options = server_fixture::brisk();
    options.idle_timeout = 50ms;
    options.keep_alive = 100ms;
    served_route server(how, std::bind_front(hand_over, news), options);
    auto client = server.client();
    auto open = client->ask({});
    CHECK(open->status() == 200);
    CHECK(open->read_some().starts_with("retry: "));
    for (int i = 0; i != 3; ++i)
        CHECK(open->read_some() == ": ping\n\n"); // so long was it silent
    news.publish({.data = "still here"});
    CHECK(open->next_event()->data() == "still here");
    open.reset();
    client.reset();
    CHECK(server.wait_for_stats(nothing_is_left));
}

// All streams of one name end properly, for that reason, and no other does.
TEST_CASE("by each protocol: streams end by their principal")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    topic const news({.send_position = false});
    served server(how);
    server.routes().check("/", take_name);
    server.routes().get("/fed", std::bind_front(hand_over, news));
    server.routes().get("/stays", say_farewell);
    server.start();
    auto const client = server.client();
    auto const enter = [&](std::string const& target, std::string const& name) {
        auto entering = client->ask({.target = target, .fields = {{"x-name", name}}});
        CHECK(entering->status() == 200);
        return entering;
    };
    auto const fed = enter("/fed", "ada");
    auto const staying = enter("/stays", "ada");
    auto const his = enter("/fed", "bob");
    CHECK(staying->next_event()->data() == "hello");
    REQUIRE(server.wait_for_stats([](auto const& now) { return now.streams == 3 && now.handlers == 1; }));
    server.routes().end_streams("ada");
    CHECK_FALSE(fed->next_event());
    CHECK(fed->is_whole());
    CHECK(staying->next_event()->data() == "canceled");
    CHECK_FALSE(staying->next_event());
    CHECK(staying->is_whole());
    CHECK(server.wait_for_stats([](auto const& now) { return now.streams == 1; }));
    news.publish({.data = "still here"});
    CHECK(his->next_event()->data() == "still here");
    CHECK(server.stats().clients_gone == 0);
}

// A body that does not come in time is answered so, and its handler never runs.
TEST_CASE("by each protocol: a body has its time")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    auto options = server_fixture::brisk();
    options.body_timeout = 50ms;
    served server(how, options);
    server.routes().post("/echo", echo);
    server.routes().get("/", answer_plainly);
    server.start();
    auto const client = server.client();
    auto late = client->ask({.target = "/echo", .method = "POST", .body = "late", .holds_body_back = true});
    CHECK(late->status() == 408);
    CHECK(server.stats().requests == 0);
    CHECK(server.stats().bad_requests == 1);
    CHECK(client->ask({})->read_body() == "plain");
}

// A server that holds more unsent bytes than its budget cuts the stream that holds most of them, and no
// other notices, over HTTP/2 also on the same connection.
TEST_CASE("by each protocol: at the budget the stream that holds most is cut")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    tidings::channel<int> gate(1);
    auto options = server_fixture::brisk();
    options.buffered_bytes = 1024 * 1024;
    served server(how, options);
    server.routes().get("/hold", std::bind_front(hold_back, gate));
    server.start();
    auto const client = server.client();
    auto const small = client->ask({.target = "/hold?kilobytes=250"});
    CHECK(small->status() == 200);
    auto const large = client->ask({.target = "/hold?kilobytes=500"});
    CHECK(large->status() == 200);
    auto const middle = client->ask({.target = "/hold?kilobytes=350"});
    CHECK(middle->status() == 200);
    REQUIRE(server.wait_for_stats([](auto const& now) { return now.streams == 2; }));
    CHECK(server.stats().queue_overflows == 1);
    gate.close();
    for (auto const& each : {std::cref(small), std::cref(middle)}) {
        CHECK(each.get()->read_body().ends_with("event: last\ndata: over\n\n"));
        CHECK(each.get()->is_whole());
    }
    large->read_body();
    CHECK_FALSE(large->is_whole());
}

// Who takes nothing of an answer is cut when the write timeout is over, which is counted as what it is.
TEST_CASE("by each protocol: a client that takes nothing has its time")
{
    auto const how = each_way();
    CAPTURE(how.is_http2, how.is_tls);
    records kept;
    auto options = server_fixture::brisk();
    options.write_timeout = 100ms;
    options.on_stream_end = kept.hook();
    served server(how, options);
    server.routes().get("/", answer_plainly);
    server.routes().get("/much", answer_much);
    server.start();
    auto const client = server.client();
    auto const much = client->ask({.target = "/much"});
    CHECK(much->status() == 200);
    REQUIRE(server.wait_for_stats(
        [&](auto const& now) { return now.write_timeouts == 1 && kept.all().size() == 1; }));
    CHECK(kept.all().front() == said_by(how) + " 200 client gone, cut");
    CHECK(client->ask({})->read_body() == "plain");
}
