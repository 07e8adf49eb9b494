// SPDX-License-Identifier: BSL-1.0
// What a client that leaves, or half-closes, means to handlers that have not opened a stream.
#include <tidings/hub/long_poll.hpp>
#include <tidings/hub/topic.hpp>
#include <tidings/wait/bind.hpp>
#include <tidings/wait/channel.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iterator>
#include <poll.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::channel;
using tidings::context;
using tidings::event_stream;
using tidings::half_close;
using tidings::request;
using tidings::response;
using tidings::server_stats;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

asio::awaitable<response> poll_topic(tidings::topic of, context ctx, request const& asked)
{
    auto answer = co_await tidings::long_poll(ctx, asked, of);
    co_return answer;
}

std::size_t count_descriptors()
{
    return static_cast<std::size_t>(std::ranges::distance(
        std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator()));
}

/// A model on another machine that thinks, and has not answered yet.
class silent_upstream
{
public:
    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    asio::ip::tcp::socket accept() { return acceptor_.accept(); }

    /// Whether the other side has closed before ten seconds are over.
    static bool wait_for_end(asio::ip::tcp::socket& of)
    {
        pollfd one{of.native_handle(), POLLIN, 0};
        if (::poll(&one, 1, 10'000) != 1)
            return false;
        boost::system::error_code error;
        std::array<char, 1> byte{};
        of.read_some(asio::buffer(byte), error);
        return error.failed();
    }

private:
    asio::io_context io_;
    asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
};

// The first token of the model; when the client leaves first, the socket is closed with this frame.
asio::awaitable<std::string> ask_model(context ctx, std::uint16_t port)
{
    asio::ip::tcp::socket model(ctx.get_executor());
    asio::ip::tcp::endpoint const where(asio::ip::address_v4::loopback(), port);
    co_await model.async_connect(where, tidings::bind(ctx, asio::deferred));
    std::array<char, 64> token{};
    auto const size = co_await model.async_read_some(asio::buffer(token), tidings::bind(ctx, asio::deferred));
    co_return std::string(token.data(), size);
}

asio::awaitable<void> stream_tokens(std::uint16_t port, context ctx, request const&, event_stream& out)
{
    auto const token = co_await ask_model(ctx, port);
    co_await out.send({.data = token});
}

asio::awaitable<response> answer_tokens(std::uint16_t port, context ctx, request const&)
{
    auto const token = co_await ask_model(ctx, port);
    co_return response::text(token);
}

// Says whether it was let go by the test, or by the end of its context.
asio::awaitable<response> tell_how_it_went(channel<int> permits, context ctx, request const&)
{
    auto const permit = co_await permits.receive(ctx);
    std::string_view const how = permit ? "let go" : to_string(ctx.reason());
    auto answer = response::text(std::string(how));
    co_return answer;
}

asio::awaitable<void> open_late(channel<int> permits, context ctx, request const&, event_stream& out)
{
    auto const permit = co_await permits.receive(ctx);
    std::string_view const how = permit ? "let go" : to_string(ctx.reason());
    co_await out.send({.data = how});
}

/// A server whose handlers wait for a permit.
class waiting_server
{
public:
    explicit waiting_server(half_close meaning = half_close::probe) : fixture(with(meaning))
    {
        fixture.routes().get("/", std::bind_front(tell_how_it_went, permits));
        fixture.routes().get("/stream", std::bind_front(open_late, permits));
        fixture.routes().get("/plain", answer_plainly);
        fixture.start();
    }

    // Whatever another client has sent before has been read when this comes back. One answer does not show
    // it: it may be given in the turn that accepts both, in which the other's request is read and not its
    // FIN.
    void let_server_read() const
    {
        auto other = fixture.connect();
        for (int i = 0; i < 2; ++i) {
            other.get("/plain");
            CHECK(other.read_head().status() == 200);
            CHECK(other.read_body() == "plain");
        }
    }

    channel<int> permits{8};
    server_fixture fixture;

private:
    static tidings::server_options with(half_close meaning)
    {
        auto options = server_fixture::brisk();
        options.on_half_close = meaning;
        return options;
    }
};

std::string body_of_next(client& asking)
{
    CHECK(asking.read_head().status() == 200);
    return asking.read_body();
}

constexpr auto one_request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

} // namespace

// Fifty clients that leave a long poll have left nothing behind within a second: no handler, no subscriber,
// and no descriptor.
TEST_CASE("clients that leave a long poll")
{
    tidings::topic news;
    one_route fixture(std::bind_front(poll_topic, news), tidings::server_options());
    auto const before = count_descriptors();
    std::vector<client> polling;
    for (int i = 0; i < 50; ++i) {
        polling.push_back(fixture.connect());
        polling.back().get("/");
    }
    REQUIRE(fixture.wait_for_stats([](server_stats const& now) { return now.handlers == 50; }));
    CHECK(count_descriptors() == before + 100);
    for (auto& each : polling)
        each.close();
    CHECK(fixture.wait_for_stats(nothing_is_left, 1s));
    CHECK(count_descriptors() == before);
    CHECK(news.subscribers() == 0);
    CHECK(fixture.stats().clients_gone == 50);
}

// A model that has not answered yet is let go when the client leaves, at once: in the time that one round
// trip on this machine takes, with the default options, whether the answer was to be a stream or not.
TEST_CASE("an upstream is closed when its client leaves")
{
    silent_upstream model;
    server_fixture fixture{tidings::server_options()};
    fixture.routes().get("/stream", std::bind_front(stream_tokens, model.port()));
    fixture.routes().get("/plain", std::bind_front(answer_tokens, model.port()));
    fixture.start();
    for (auto const* const target : {"/stream", "/plain"}) {
        auto quickest = tidings::duration::max(); // of some, since the machine may be busy elsewhere
        for (int i = 0; i < 10; ++i) {
            auto asking = fixture.connect();
            asking.get(target);
            auto upstream = model.accept();
            auto const left = tidings::clock::now();
            asking.close();
            REQUIRE(silent_upstream::wait_for_end(upstream));
            quickest = std::min(quickest, tidings::clock::now() - left);
        }
        CHECK(quickest < 50ms);
    }
    CHECK(fixture.wait_for_stats(nothing_is_left));
    CHECK(fixture.stats().clients_gone == 20);
}

// Of requests that came whole in front of a FIN each is answered, and only the last one is told that its
// client may be gone: when it closed, it wanted the others' answers.
TEST_CASE("what pipelined requests are told of a FIN behind them")
{
    waiting_server served;
    auto asking = served.fixture.connect();
    asking.send(std::string(one_request) + one_request + one_request);
    SECTION("at once") {}
    SECTION("and behind a rest that will never be a request")
    {
        asking.send("GET / HTTP/1.1\r\nHo");
    }
    asking.half_close();
    served.let_server_read();
    (void)served.permits.try_send(1);
    CHECK(body_of_next(asking) == "let go");
    (void)served.permits.try_send(2);
    CHECK(body_of_next(asking) == "let go");
    CHECK(body_of_next(asking) == "client gone");
    CHECK(asking.wait_for_end() == client::ending::closed);
    CHECK(served.fixture.wait_for_stats(nothing_is_left));
}

// Bytes behind a request that are none do not hide the FIN behind them.
TEST_CASE("a FIN behind half a request")
{
    waiting_server served;
    auto asking = served.fixture.connect();
    asking.send(std::string(one_request) + "GET / HTTP/1.1\r\nHo");
    asking.half_close();
    CHECK(body_of_next(asking) == "client gone");
    CHECK(asking.wait_for_end() == client::ending::closed);
    CHECK(served.fixture.wait_for_stats(nothing_is_left));
    CHECK(served.fixture.stats().requests == 1);
}

// A stream that its handler opens behind a FIN is written to a client that has only half-closed, and costs
// one that is gone nothing: it answers with a reset.
TEST_CASE("a stream that opens behind a FIN")
{
    waiting_server served;
    auto asking = served.fixture.connect();
    asking.get("/stream");
    asking.half_close();
    CHECK(asking.read_head().status() == 200);
    CHECK(asking.next_event()->data() == "client gone");
    CHECK_FALSE(asking.next_event());
    CHECK(asking.is_body_complete());
    auto leaving = served.fixture.connect();
    leaving.get("/stream");
    leaving.close();
    CHECK(served.fixture.wait_for_stats([](server_stats const& now) { return now.clients_gone == 2; }));
    CHECK(served.fixture.wait_for_stats(nothing_is_left));
}

// Where half-closed clients are served, a FIN ends neither a plain handler nor a stream before its head.
TEST_CASE("half_close::keep lets handlers go on")
{
    waiting_server served(half_close::keep);
    for (auto const* const target : {"/", "/stream"}) {
        auto asking = served.fixture.connect();
        asking.get(target);
        asking.half_close();
        served.let_server_read();
        CHECK(served.fixture.stats().handlers == 1);
        (void)served.permits.try_send(1);
        CHECK(asking.read_head().status() == 200);
        if (std::string(target) == "/")
            CHECK(asking.read_body() == "let go");
        else
            CHECK(asking.next_event()->data() == "let go");
        CHECK(served.fixture.wait_for_stats(nothing_is_left));
    }
    CHECK(served.fixture.stats().clients_gone == 0);
    auto leaving = served.fixture.connect(); // a reset ends all the same
    leaving.get("/");
    REQUIRE(served.fixture.wait_for_stats([](server_stats const& now) { return now.handlers == 1; }));
    leaving.reset();
    CHECK(served.fixture.wait_for_stats(nothing_is_left));
    CHECK(served.fixture.stats().clients_gone == 1);
}

// While a head or a body is read there is no handler to tell: the connection is given back at once.
TEST_CASE("clients that leave within their request")
{
    server_fixture fixture;
    fixture.routes().post("/echo", echo);
    fixture.start();
    std::string const head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n";
    for (auto const& begun : {std::string("POST /echo HTTP/1.1\r\nHo"), head, head + "half a body"})
        for (bool const is_reset : {false, true}) {
            auto leaving = fixture.connect();
            leaving.send(begun);
            REQUIRE(fixture.wait_for_stats([](server_stats const& now) { return now.connections == 1; }));
            is_reset ? leaving.reset() : leaving.close();
            CHECK(fixture.wait_for_stats(nothing_is_left));
        }
    CHECK(fixture.stats().requests == 0);
    CHECK(fixture.stats().clients_gone == 0);
}
