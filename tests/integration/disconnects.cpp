// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/after.hpp>
#include <tidings/wait/ticker.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::context;
using tidings::end_reason;
using tidings::event_stream;
using tidings::request;
using tidings::server_stats;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

asio::awaitable<void> note_reason(std::atomic<end_reason>* reason, context ctx, request const&,
                                  event_stream& out)
{
    co_await out.send({.data = "hello"});
    tidings::after never(10h);
    co_await never.wait(ctx);
    *reason = ctx.reason();
}

// More than the buffers of any socket hold, with a pause nowhere.
asio::awaitable<void> send_without_end(std::atomic<bool>* was_refused, context, request const&,
                                       event_stream& out)
{
    std::string const data(16 * 1024, 'x');
    while (co_await out.send({.data = data})) {
    }
    *was_refused = true;
}

// Looks at nothing but what the stream says.
asio::awaitable<void> send_now_and_then(context ctx, request const&, event_stream& out)
{
    tidings::ticker often(5ms);
    while (co_await out.send({.data = "x"}))
        co_await often.tick(ctx);
}

asio::awaitable<tidings::response> answer_at_the_end(context ctx, request const&)
{
    tidings::after never(10h);
    co_await never.wait(ctx);
    auto answer = tidings::response::text("late");
    co_return answer;
}

class noted_stream
{
public:
    explicit noted_stream(tidings::server_options options = server_fixture::brisk())
        : fixture(std::bind_front(note_reason, &reason), std::move(options))
    {}

    client open()
    {
        auto opened = ask(fixture);
        CHECK(opened.next_event()->data() == "hello");
        return opened;
    }

    std::atomic<end_reason> reason{end_reason::none};
    one_route fixture;
};

} // namespace

// What is sent after the client has gone was not sent, also when nothing waited as it went.
TEST_CASE("a handler that looks only at what its stream says")
{
    one_route fixture(send_now_and_then);
    auto leaving = ask(fixture);
    CHECK(leaving.next_event()->data() == "x");
    leaving.close();
    CHECK(fixture.wait_for_stats(nothing_is_left));
}

// A closed tab sends a FIN. The comment that asks whether somebody is there is answered with a reset, and the
// context ends; no time of the options passes.
TEST_CASE("a closed client ends the context")
{
    noted_stream served;
    auto leaving = served.open();
    leaving.close();
    CHECK(served.fixture.wait_for_stats(nothing_is_left, 1s));
    CHECK(served.reason == end_reason::client_gone);
    CHECK(served.fixture.stats().clients_gone == 1);
}

// A reset ends the context at once.
TEST_CASE("a reset ends the context")
{
    noted_stream served;
    auto leaving = served.open();
    leaving.reset();
    CHECK(served.fixture.wait_for_stats(nothing_is_left, 1s));
    CHECK(served.reason == end_reason::client_gone);
    CHECK(served.fixture.stats().clients_gone == 1);
}

// A client that has closed its sending half alone takes the comment, and keeps its stream to the farewell.
TEST_CASE("a half-closed client keeps its stream")
{
    one_route fixture(say_farewell);
    auto client = ask(fixture);
    CHECK(client.next_event()->data() == "hello");
    client.half_close();
    CHECK(client.read_until(": ping\n\n").ends_with(": ping\n\n"));
    CHECK(fixture.stats().handlers == 1);
    fixture.stop();
    CHECK(client.read_to_end().find("event: farewell\ndata: server stopping\n\n") != std::string::npos);
}

// Where half-closed clients are not wanted, the FIN is the end.
TEST_CASE("half_close::end ends a half-closed client")
{
    auto options = server_fixture::brisk();
    options.on_half_close = tidings::half_close::end;
    noted_stream served(options);
    auto leaving = served.open();
    leaving.half_close();
    CHECK(leaving.wait_for_end() == client::ending::closed);
    CHECK(served.fixture.wait_for_stats(nothing_is_left, 1s));
    CHECK(served.reason == end_reason::client_gone);
}

// What a client sends while its stream is open is discarded, and up to a limit; who is cut there is not
// counted as one that left.
TEST_CASE("a client that talks into its stream is cut at the limit")
{
    auto options = server_fixture::brisk();
    options.discarded_input_bytes = 1000;
    noted_stream served(options);
    auto talking = served.open();
    talking.send(std::string(1000, 'x'));
    CHECK(served.fixture.stats().handlers == 1);
    talking.send("x");
    talking.wait_for_end();
    CHECK(served.fixture.wait_for_stats(nothing_is_left, 1s));
    CHECK(served.reason == end_reason::client_gone);
    CHECK(served.fixture.count_logged("the client sent more than discarded_input_bytes") == 1);
    CHECK(served.fixture.stats().bad_requests == 1);
    CHECK(served.fixture.stats().clients_gone == 0);
}

// A reader that takes nothing is cut at the write deadline; its handler's send comes back false.
TEST_CASE("a slow reader is cut by the write deadline")
{
    std::atomic<bool> was_refused{false};
    auto options = server_fixture::brisk();
    options.write_timeout = 100ms;
    one_route fixture(std::bind_front(send_without_end, &was_refused), options);
    auto client = fixture.connect({.receive_buffer = 4096});
    client.get("/");
    CHECK(fixture.wait_for_log("the client took nothing within the write timeout"));
    CHECK(fixture.wait_for_stats(nothing_is_left));
    CHECK(was_refused);
    CHECK(fixture.stats().write_timeouts == 1);
    CHECK(client.wait_for_end() == client::ending::reset);
}

// Its handler is told also when so much has come behind the request that no more is read.
TEST_CASE("a client that pipelines and is gone ends its handler")
{
    one_route fixture(answer_at_the_end);
    auto client = fixture.connect();
    client.get("/");
    REQUIRE(fixture.wait_for_stats([](auto const& now) { return now.handlers == 1; }));
    client.send(std::string(20'000, 'x'));
    client.reset();
    CHECK(fixture.wait_for_stats(nothing_is_left));
}

// A client that is gone before its plain answer leaves nothing behind.
TEST_CASE("a client that does not wait for its answer")
{
    one_route fixture(answer_plainly);
    for (int i = 0; i < 20; ++i) {
        auto client = fixture.connect();
        client.get("/");
        client.reset();
    }
    CHECK(fixture.wait_for_stats(nothing_is_left));
    CHECK(fixture.stats().handlers == 0);
}
