// SPDX-License-Identifier: BSL-1.0
// Many streams of one connection, whose client grants them what it likes.
#include <tidings/http/response.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/server/http2/http2.hpp>
#include <tidings/wait/channel.hpp>
#include <tidings/wait/context.hpp>

#include "../handlers.hpp"
#include "../one_route.hpp"
#include "raw_peer.hpp"

#include <boost/asio/this_coro.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::context;
using tidings::event_stream;
using tidings::request;
using tidings::test::server_fixture;

namespace {

constexpr unsigned initial_window = 4; // of SETTINGS

tidings::server_options over_http2(tidings::http2_options how = {})
{
    auto options = server_fixture::brisk();
    how.prior_knowledge = true;
    options.listen = {{.http2 = tidings::http2(how)}};
    return options;
}

/// What a server uses as long as it runs.
class news_desk
{
public:
    /// Why streams were cut so far.
    std::vector<tidings::cut_reason> cuts() const
    {
        std::lock_guard const guard(lock_);
        return cuts_;
    }

    tidings::topic news{{.max_events = 32, .send_position = false}};

protected:
    tidings::server_options keeping(tidings::server_options options)
    {
        options.on_stream_end = [this](tidings::stream_end const& over) {
            std::lock_guard const guard(lock_);
            if (over.cut)
                cuts_.push_back(*over.cut);
        };
        return options;
    }

private:
    mutable std::mutex lock_;
    std::vector<tidings::cut_reason> cuts_;
};

/// "/news" is a stream of one topic, "/" a plain answer, "/echo" takes a body.
class news_server : public news_desk, public server_fixture
{
public:
    explicit news_server(tidings::server_options options = over_http2())
        : server_fixture(keeping(std::move(options)))
    {
        routes().get("/", answer_plainly);
        routes().post("/echo", echo);
        routes().get("/news", std::bind_front(hand_over, news));
        start();
    }

    bool has_streams(std::size_t count)
    {
        return wait_for_stats([=](auto const& now) { return now.streams == count && now.handlers == 0; });
    }
};

constexpr std::uint32_t stream_number(std::size_t i)
{
    return static_cast<std::uint32_t>(2 * i + 1);
}

/// Opens these streams of "/news", and waits for them.
void open_news(raw_peer& peer, news_server& server, std::size_t count)
{
    for (std::size_t i = 0; i != count; ++i)
        peer.ask(stream_number(i), "/news");
    REQUIRE(server.has_streams(count));
}

// Waits wherever its context does not reach it, until the channel is closed.
asio::awaitable<void> hang(tidings::channel<int> gate, context, request const&, event_stream& out)
{
    co_await out.open();
    auto const executor = co_await asio::this_coro::executor;
    auto const own = context::root(executor);
    co_await gate.receive(own);
}

asio::awaitable<tidings::response> answer_megabytes(context, request const&)
{
    co_return tidings::response::text(std::string(2'000'000, 'x'));
}

} // namespace

// A tab that reads nothing, beside nineteen that do, on a connection whose client gives nothing of the slow
// one's bytes back: the others get each event before the next is published, and the slow one alone is cut, by
// its topic's overflow policy. Afterwards the connection serves as before.
TEST_CASE("HTTP/2: one of twenty streams is slow")
{
    constexpr std::size_t count = 20;
    news_server server;
    raw_peer peer(server.port());
    open_news(peer, server, count);
    std::string const text(2'000, 'x');
    int published = 0;
    for (; published != 200 && server.cuts().empty(); ++published) {
        std::string const last = std::to_string(published) + "\n\n";
        server.news.publish({.data = text + std::to_string(published)});
        for (std::size_t i = 1; i != count; ++i) {
            REQUIRE(peer.read_until(stream_number(i), last));
            peer.widen(stream_number(i), text.size() + 100);
            peer.widen(0, text.size() + 100);
        }
    }
    CHECK(published > 40); // what its window and the topic's history hold
    CHECK(server.cuts() == std::vector{tidings::cut_reason::behind});
    CHECK(peer.read_until([&] { return !peer.of(stream_number(0)).reset.empty(); }));
    CHECK(peer.of(stream_number(0)).reset == "CANCEL");
    CHECK(server.has_streams(count - 1));
    peer.ask(stream_number(count), "/");
    CHECK(peer.read_until(stream_number(count), "plain"));
}

// The same of one whose window is widened by megabytes as soon as it begins, as some browsers do with each:
// a grant that says nothing of what was read.
TEST_CASE("HTTP/2: a wide stream that nobody reads leaves room to the others")
{
    news_server server;
    raw_peer peer(server.port());
    open_news(peer, server, 2);
    peer.widen(stream_number(0), 12'000'000);
    REQUIRE(peer.is_answered());
    std::string const text(2'000, 'x');
    for (int i = 0; i != 60; ++i) {
        server.news.publish({.data = text + std::to_string(i)});
        REQUIRE(peer.read_until(stream_number(1), std::to_string(i) + "\n\n"));
        peer.widen(stream_number(1), text.size() + 100);
        peer.widen(0, text.size() + 100);
    }
    // Three quarters of 65,535 bytes, and of what the client has given too much, are all that it got.
    CHECK(peer.of(stream_number(0)).body.size() <= 55'000);
}

// While a client reads nothing, nothing that it says is read beyond a bound. What it has granted then is
// found when it reads on, although nothing more is heard of it.
TEST_CASE("HTTP/2: windows that are granted before the client reads on")
{
    constexpr std::size_t count = 20;
    constexpr std::size_t window = 1'000'000; // all of them more than sockets hold
    server_fixture server(over_http2());
    server.routes().get("/", answer_megabytes);
    server.start();
    raw_peer peer(server.port(), h2::settings_of({{initial_window, window}}));
    peer.widen(0, 1'000'000'000);
    for (std::size_t i = 0; i != count; ++i)
        peer.ask(stream_number(i), "/");
    // Until sockets are full: what is held has not changed for a while.
    REQUIRE(server.wait_for_stats([held = std::size_t{0}, since = 0](auto const& now) mutable {
        since = std::exchange(held, now.buffered_bytes) == now.buffered_bytes ? since + 1 : 0;
        return since == 50;
    }));
    for (std::size_t i = 0; i != count; ++i)
        peer.widen(stream_number(i), window);
    for (std::size_t i = 0; i != count; ++i) {
        CHECK(peer.read_until([&] { return peer.of(stream_number(i)).has_end; }));
        CHECK(peer.of(stream_number(i)).body.size() == 2 * window);
    }
}

// A window that is held at zero is no reason to wait for ever: what does not leave within the write timeout
// ends its stream, and is counted, and the streams beside it go on.
TEST_CASE("HTTP/2: a window that is held at zero")
{
    auto options = over_http2();
    options.write_timeout = 200ms;
    news_server server(options);
    raw_peer peer(server.port(), h2::settings_of({{initial_window, 0}}));
    open_news(peer, server, 2);
    peer.widen(stream_number(1), 10'000);
    REQUIRE(peer.is_answered());
    server.news.publish({.data = "one"});
    CHECK(peer.read_until(stream_number(1), "data: one\n\n"));
    CHECK(peer.read_until([&] { return !peer.of(stream_number(0)).reset.empty(); }));
    CHECK(peer.of(stream_number(0)).reset == "CANCEL");
    CHECK(server.cuts() == std::vector{tidings::cut_reason::write_timeout});
    CHECK(server.stats().write_timeouts == 1);
    CHECK(server.wait_for_log("took nothing within the write timeout"));
    server.news.publish({.data = "two"});
    CHECK(peer.read_until(stream_number(1), "data: two\n\n"));

    peer.ask(stream_number(2), "/"); // a plain answer ends so too
    CHECK(peer.read_until([&] { return !peer.of(stream_number(2)).reset.empty(); }));
    CHECK(peer.of(stream_number(2)).status == "200");
    CHECK(server.wait_for_stats([](auto const& now) { return now.write_timeouts == 2; }));
    CHECK(server.has_streams(1));
}

// Handlers whose streams the client has reset count for as long as they run: what it opens beyond is refused
// so that it tries again, and accepted once they have returned.
TEST_CASE("HTTP/2: handlers of streams that were reset count")
{
    tidings::channel<int> gate(1);
    auto options = over_http2({.max_streams = 3});
    options.grace_timeout = 60s;
    server_fixture hanging(options);
    hanging.routes().get("/hang", std::bind_front(hang, gate));
    hanging.start();
    raw_peer peer(hanging.port());
    for (std::size_t i = 0; i != 3; ++i)
        peer.ask(stream_number(i), "/hang");
    REQUIRE(hanging.wait_for_stats([](auto const& now) { return now.handlers == 3; }));
    for (std::size_t i = 0; i != 3; ++i)
        peer.reset(stream_number(i));
    REQUIRE(peer.is_answered());
    CHECK(hanging.stats().handlers == 3);
    peer.ask(stream_number(3), "/hang");
    CHECK(peer.read_until([&] { return !peer.of(stream_number(3)).reset.empty(); }));
    CHECK(peer.of(stream_number(3)).reset == "REFUSED_STREAM");

    gate.close();
    REQUIRE(hanging.wait_for_stats(no_handler_is_left));
    peer.ask(stream_number(4), "/hang");
    CHECK(peer.read_until([&] { return peer.of(stream_number(4)).status == "200"; }));
}

// The eightieth stream of one connection is warned of, once: a browser's next tabs would wait silently.
TEST_CASE("HTTP/2: many streams on one connection are warned of")
{
    news_server server;
    raw_peer peer(server.port());
    open_news(peer, server, 79);
    CHECK(server.count_logged("stream on one HTTP/2 connection") == 0);
    peer.ask(stream_number(79), "/news");
    CHECK(server.wait_for_log("127.0.0.1 holds its 80th stream on one HTTP/2 connection"));
    peer.ask(stream_number(80), "/news");
    REQUIRE(server.has_streams(81));
    CHECK(server.count_logged("stream on one HTTP/2 connection") == 1);
}

// At the server's budget the largest body that is coming in is refused, and another one on the same
// connection is taken.
TEST_CASE("HTTP/2: at the budget the largest body is refused")
{
    auto options = over_http2();
    options.buffered_bytes = 400 * 1024;
    news_server server(options);
    raw_peer peer(server.port());
    // No more than the windows hold in any case: they are granted again by halves.
    auto const send_body = [&](std::uint32_t stream) {
        for (int i = 0; i != 3; ++i)
            peer.send(h2::frame(h2::data, 0, stream, std::string(10'000, 'x')));
        REQUIRE(peer.is_answered());
    };
    for (std::uint32_t const each : {1U, 3U, 5U})
        peer.ask(each, "/echo", "POST", false);
    for (int i = 0; i != 4; ++i)
        for (std::uint32_t const each : {3U, 5U})
            send_body(each);
    for (int i = 0; i != 12 && peer.of(1).status.empty(); ++i)
        send_body(1);
    CHECK(peer.read_until([&] { return !peer.of(1).status.empty(); }));
    CHECK(peer.of(1).status == "503");
    for (std::uint32_t const each : {3U, 5U}) {
        peer.send(h2::frame(h2::data, h2::end_stream, each));
        CHECK(peer.read_until([&] { return !peer.of(each).status.empty(); }));
        CHECK(peer.of(each).status == "200");
    }
    CHECK(server.stats().refused == 1);
}

// A client that goes in the middle of a body takes with it what was held of that, and no more: the server's
// budget is as before.
TEST_CASE("HTTP/2: a client that goes in the middle of a body")
{
    news_server server;
    for (int i = 0; i != 3; ++i) {
        raw_peer peer(server.port());
        peer.ask(1, "/echo", "POST", false);
        for (int sent = 0; sent != 5; ++sent) { // beyond the step in which the budget is told
            for (int frames = 0; frames != 3; ++frames)
                peer.send(h2::frame(h2::data, 0, 1, std::string(10'000, 'x')));
            REQUIRE(peer.is_answered());
        }
        CHECK(server.stats().buffered_bytes > 64 * 1024);
        peer.socket.close();
        CHECK(server.wait_for_stats(
            [](auto const& now) { return nothing_is_left(now) && now.buffered_bytes < 64 * 1024; }));
    }
    CHECK(server.stats().refused == 0);
}

// A head that comes whole only behind the answer that it did not come in time, on a stream that is still open
// since the client takes nothing of that answer.
TEST_CASE("HTTP/2: a head that is completed behind its refusal")
{
    auto options = over_http2();
    options.head_timeout = 50ms;
    news_server server(options);
    raw_peer peer(server.port(), h2::settings_of({{initial_window, 0}}));
    std::string const block =
        h2::literals({{":method", "GET"}, {":scheme", "http"}, {":authority", "a"}, {":path", "/"}});
    REQUIRE(peer.is_answered()); // nothing may come between the two
    peer.send(h2::frame(h2::headers, h2::end_stream, 1, block.substr(0, 10)));
    CHECK(peer.read_until([&] { return peer.of(1).status == "408"; }));
    peer.send(h2::frame(h2::continuation, h2::end_headers, 1, block.substr(10)));
    peer.widen(1, 1'000);
    CHECK(peer.read_until(1, "the request did not arrive in time\n"));
    peer.widen(0, 1'000);
    peer.ask(3, "/");
    peer.widen(3, 1'000);
    CHECK(peer.read_until(3, "plain"));
}
