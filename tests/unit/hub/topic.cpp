// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>
#include <tidings/testing/stream.hpp>
#include <tidings/testing/virtual_time.hpp>
#include <tidings/wait/after.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using tidings::context;
using tidings::cut_reason;
using tidings::event_stream;
using tidings::follow_end;
using tidings::request;
using tidings::topic;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

asio::awaitable<void> follow_news(topic& news, context ctx, request const&, event_stream& out)
{
    auto const end = co_await news.follow(ctx, out);
    if (end == follow_end::context_ended)
        co_await out.send({.data = "farewell"});
    if (end == follow_end::closed)
        co_await out.send({.data = "closed"});
}

asio::awaitable<void> follow_from(topic& news, tidings::start_position from, context ctx, request const&,
                                  event_stream& out)
{
    co_await news.follow(ctx, out, from);
}

asio::awaitable<void> attach_to(topic& news, std::string* refusal, context, request const&, event_stream& out)
{
    news.attach(out);
    try {
        (void)out.send({.data = "too late"});
    } catch (std::logic_error const& error) {
        *refusal = error.what();
    }
    co_return;
}

asio::awaitable<void> attach_and_wait(topic& news, context ctx, request const&, event_stream& out)
{
    news.attach(out);
    tidings::after never(10h);
    co_await never.wait(ctx);
}

class topic_fixture
{
public:
    virtual_time time;
    topic news{{.history_count = 3, .history_bytes = 100'000, .history_age = 1h, .now = [this] {
                    return time.now();
                }}};

    tidings::handler following() { return std::bind_front(follow_news, std::ref(news)); }

    std::string publish(std::string const& data)
    {
        auto id = news.publish({.data = data}).id;
        time.run_until_idle();
        return id;
    }

    static std::vector<std::string> data_of(stream& client)
    {
        std::vector<std::string> all;
        for (auto const& each : client.events())
            all.push_back(each.data());
        return all;
    }

    // What a client gets that comes back with that id.
    std::vector<std::string> data_after(std::string const& id)
    {
        stream client(time, following(), request::get("/").with_header("Last-Event-ID", id));
        return data_of(client);
    }
};

using texts = std::vector<std::string>;

} // namespace

// Every follower gets each event once and in order, under the id that publish returned.
TEST_CASE_METHOD(topic_fixture, "followers get what is published")
{
    stream one(time, following(), request::get("/"));
    stream two(time, following(), request::get("/"));
    CHECK(one.head()); // follow opens at once
    CHECK(news.subscribers() == 2);
    auto const result = news.publish({.type = "news", .data = "a"});
    news.publish({.data = "b"});
    time.run_until_idle();
    CHECK(result.receivers == 2);
    for (stream* each : {&one, &two}) {
        CHECK(data_of(*each) == texts{"a", "b"});
        CHECK(each->events()[0].id() == result.id);
        CHECK(each->events()[0].type() == "news");
    }
    CHECK(news.position() == one.events()[1].id());
    two.leave();
    CHECK(news.subscribers() == 1);
}

// When the context ends the stream is the handler's again.
TEST_CASE_METHOD(topic_fixture, "a follower says farewell")
{
    stream client(time, following(), request::get("/"));
    publish("a");
    client.stop_server();
    CHECK(data_of(client) == texts{"a", "farewell"});
    CHECK(client.is_over());
    CHECK(news.subscribers() == 0);
}

// A follower begins where it is told to.
TEST_CASE_METHOD(topic_fixture, "starting positions")
{
    auto const first = publish("a");
    publish("b");
    publish("c");
    auto const data_from = [&](tidings::start_position from) {
        stream client(time, std::bind_front(follow_from, std::ref(news), from), request::get("/"));
        return data_of(client);
    };
    CHECK(data_from(tidings::from_newest()).empty());
    CHECK(data_from(tidings::from_oldest()) == texts{"a", "b", "c"});
    CHECK(data_from(tidings::from_last(2)) == texts{"b", "c"});
    CHECK(data_from(tidings::from_last(9)) == texts{"a", "b", "c"});
    CHECK(data_from(tidings::from_id(first)) == texts{"b", "c"});
}

// A client that comes back gets what it has missed, then what comes.
TEST_CASE_METHOD(topic_fixture, "a client resumes")
{
    std::string id;
    {
        stream client(time, following(), request::get("/"));
        publish("a");
        id = client.events()[0].id();
    }
    publish("b");
    publish("c");
    stream back(time, following(), request::get("/").with_header("Last-Event-ID", id));
    CHECK(data_of(back) == texts{"b", "c"});
    publish("d");
    CHECK(data_of(back) == texts{"b", "c", "d"});
}

// A client that was disconnected before its first event knows its place, and misses nothing.
TEST_CASE_METHOD(topic_fixture, "a client resumes that has got nothing yet")
{
    publish("before");
    stream client(time, following(), request::get("/"));
    CHECK(client.events().empty());
    CHECK(client.text() == "id: " + news.position() + "\n\n");
    client.leave();
    auto const id = client.text().substr(4, client.text().size() - 6);
    publish("a");
    CHECK(data_after(id) == texts{"a"});
    topic quiet({.send_position = false});
    stream silent(time, std::bind_front(follow_news, std::ref(quiet)), request::get("/"));
    CHECK(silent.head());
    CHECK(silent.text().empty());
}

// One that cannot be brought up to date is told why, by an event without an id, and then gets what comes.
TEST_CASE_METHOD(topic_fixture, "a client that cannot resume is told why")
{
    auto const evicted = publish("a");
    publish("b");
    publish("c");
    publish("d");
    publish("e");
    auto const told = [&](std::string const& id) {
        stream client(time, following(), request::get("/").with_header("Last-Event-ID", id));
        REQUIRE(client.events().size() == 1);
        CHECK(client.events()[0].type() == "tidings-reset");
        CHECK(client.text().starts_with("event: tidings-reset\n"));
        publish("next");
        CHECK(client.events().size() == 2);
        return client.events()[0].data();
    };
    CHECK(told(evicted).starts_with(R"({"reason":"evicted","oldest":")"));
    CHECK(told("unknown").starts_with(R"({"reason":"unknown_id")"));
    std::string restarted = news.position();
    restarted[0] = restarted[0] == 'a' ? 'b' : 'a';
    CHECK(told(restarted).starts_with(R"({"reason":"restarted")"));
}

// Old events are forgotten by age; the newest is kept.
TEST_CASE_METHOD(topic_fixture, "the history's age")
{
    auto const first = publish("a");
    time.advance(30min);
    auto const second = publish("b");
    time.advance(30min);
    publish("c");
    CHECK(data_after(first) == texts{"b", "c"});
    time.advance(1s);
    CHECK(data_after(second) == texts{"c"});
    stream all(time, std::bind_front(follow_from, std::ref(news), tidings::from_oldest()), request::get("/"));
    CHECK(data_of(all) == texts{"b", "c"});
    time.advance(10h);
    stream newest(time, std::bind_front(follow_from, std::ref(news), tidings::from_oldest()),
                  request::get("/"));
    CHECK(data_of(newest) == texts{"c"});
}

// A handed-over stream lives on without its handler, refuses what the handler still tries, and is finished
// with its topic.
TEST_CASE_METHOD(topic_fixture, "an attached stream")
{
    std::string refusal;
    stream client(time, std::bind_front(attach_to, std::ref(news), &refusal), request::get("/"));
    CHECK(refusal.find("handed over to a topic") != std::string::npos);
    CHECK_FALSE(client.is_over());
    publish("a");
    CHECK(data_of(client) == texts{"a"});
    time.advance(15s);
    CHECK(client.comments() == texts{"ping"});
    news.close();
    time.run_until_idle();
    CHECK(client.is_over());
    CHECK(client.text().find(";finished\n") != std::string::npos);
    CHECK(news.subscribers() == 0);
}

// An attached stream whose client leaves is given up.
TEST_CASE_METHOD(topic_fixture, "an attached client leaves")
{
    std::string refusal;
    stream client(time, std::bind_front(attach_to, std::ref(news), &refusal), request::get("/"));
    client.leave();
    CHECK(client.is_over());
    CHECK(news.subscribers() == 0);
    CHECK(news.publish({.data = "a"}).receivers == 0);
}

// It ends as a server would end it: with its topic, closed before, or when the server stops while its handler
// is still at work.
TEST_CASE_METHOD(topic_fixture, "an attached stream that is to end")
{
    std::string refusal;
    SECTION("its handler waits as the server stops")
    {
        stream client(time, std::bind_front(attach_and_wait, std::ref(news)), request::get("/"));
        CHECK_FALSE(client.is_over());
        client.stop_server();
        CHECK(client.is_over());
    }
    SECTION("the topic is closed already")
    {
        news.close();
        stream client(time, std::bind_front(attach_to, std::ref(news), &refusal), request::get("/"));
        CHECK(client.is_over());
    }
    CHECK(news.subscribers() == 0);
}

// Closing gives the followers what is left, and those who come later the history.
TEST_CASE_METHOD(topic_fixture, "a topic is closed")
{
    stream client(time, following(), request::get("/"));
    auto const first = news.publish({.data = "a"}).id;
    news.publish({.data = "b"});
    news.close();
    news.close();
    time.run_until_idle();
    CHECK(data_of(client) == texts{"a", "b", "closed"});
    CHECK(client.is_over());
    CHECK(news.is_closed());
    CHECK_THROWS_AS(news.publish({.data = "c"}), std::logic_error);
    CHECK(data_after(first) == texts{"b", "closed"});
}

// A follower that is slower than the history is long is cut, and others do not notice.
TEST_CASE_METHOD(topic_fixture, "a follower that falls behind is cut")
{
    stream slow(time, following(), request::get("/"));
    stream quick(time, following(), request::get("/"));
    slow.stop_reading(5);
    for (auto const* data : {"a", "b", "c", "d", "e"})
        publish(data);
    CHECK(data_of(quick) == texts{"a", "b", "c", "d", "e"});
    CHECK(slow.why_cut() == cut_reason::behind);
    CHECK(data_of(slow).empty()); // of "a" only the beginning had left
    CHECK(slow.is_over());
}

// One that catches up in time misses nothing.
TEST_CASE_METHOD(topic_fixture, "a slow follower catches up")
{
    stream slow(time, following(), request::get("/"));
    slow.stop_reading(5);
    for (auto const* data : {"a", "b", "c", "d"})
        publish(data);
    slow.resume_reading();
    CHECK_FALSE(slow.why_cut());
    CHECK(data_of(slow) == texts{"a", "b", "c", "d"});
}

// Heartbeats do not make a client's place old, and are no events.
TEST_CASE_METHOD(topic_fixture, "a client comes back after many comments")
{
    auto const id = publish("a");
    for (int i = 0; i < 10; ++i)
        news.publish_comment("beat");
    CHECK(news.stats().published == 1);
    CHECK(news.position() == id);
    stream back(time, following(), request::get("/").with_header("Last-Event-ID", id));
    CHECK(back.events().empty());
    publish("b");
    CHECK(data_of(back) == texts{"b"});
}

// Clients are told of a topic by its name.
TEST_CASE("a name that cannot be sent")
{
    CHECK_THROWS_AS(topic({.name = "caf\xe9"}), std::invalid_argument);
    CHECK(topic({.name = "caf\xc3\xa9"}).name() == "caf\xc3\xa9");
}

// Any thread may publish.
TEST_CASE_METHOD(topic_fixture, "publishing from a thread")
{
    stream client(time, following(), request::get("/"));
    std::thread([this] { news.publish({.data = "from a thread"}); }).join();
    time.run_until_idle();
    CHECK(data_of(client) == texts{"from a thread"});
}

// A repeated id, and what cannot be sent, reach nobody.
TEST_CASE_METHOD(topic_fixture, "what cannot be published")
{
    stream client(time, following(), request::get("/"));
    news.publish({.id = "own", .data = "a"});
    CHECK_THROWS_AS(news.publish({.id = "own", .data = "b"}), std::invalid_argument);
    CHECK_THROWS_AS(news.publish({.id = "a\nb", .data = "b"}), std::invalid_argument);
    time.run_until_idle();
    CHECK(data_of(client) == texts{"a"});
    CHECK(news.position() == "own");
}
