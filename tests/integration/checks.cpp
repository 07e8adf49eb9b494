// SPDX-License-Identifier: BSL-1.0
#include <tidings/middleware/authenticate.hpp>
#include <tidings/middleware/cors.hpp>
#include <tidings/wait/after.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::headers;
using tidings::request;
using tidings::response;
using tidings::test::server_fixture;
using tidings::testing::client;
using tidings::testing::received_head;

namespace {

using answer = std::optional<response>;

answer refuse(request const&, headers&)
{
    return response::text("refused\n", 403);
}

answer mark(request const&, headers& of_the_answer)
{
    of_the_answer.add("X-Marked", "yes");
    return std::nullopt;
}

/// A middleware that tells whether it has run, and on how long a body.
tidings::stream_handler tell_body_size(tidings::stream_handler inner)
{
    return [inner = std::move(inner)](tidings::context ctx, request& asked, tidings::event_stream& out) {
        out.set_header("X-Body-Size", std::to_string(asked.body().size()));
        return inner(std::move(ctx), asked, out);
    };
}

// Late enough for what the client has sent meanwhile to be read first.
boost::asio::awaitable<void> run_later(tidings::stream_handler const& inner, tidings::context ctx,
                                       request& asked, tidings::event_stream& out)
{
    tidings::after a_while(50ms);
    co_await a_while.wait(ctx);
    co_await inner(ctx, asked, out);
}

tidings::stream_handler wait_a_while(tidings::stream_handler inner)
{
    return std::bind_front(run_later, std::move(inner));
}

tidings::server_options brief(std::size_t body_bytes = 1000)
{
    auto options = server_fixture::brisk();
    options.body_bytes = body_bytes;
    return options;
}

/// "/echo" takes a body, "/private" is refused on its head, "/marked" gets a header.
class guarded_server
{
public:
    explicit guarded_server(tidings::server_options options = brief()) : fixture(std::move(options))
    {
        auto& server = fixture.routes();
        server.check(tidings::cors({.origins = {"https://app.example"}}));
        server.check("/private", refuse);
        server.check("/marked", mark);
        server.check("/broken",
                     [](request const&, headers&) -> answer { throw std::runtime_error("secret"); });
        server.check(tidings::authenticate([](request const& head) {
            return head.has_header("X-Stranger") ? tidings::admission::unauthenticated
                                                 : tidings::admission::granted;
        }));
        server.use(tell_body_size);
        server.post("/echo", echo);
        server.post("/private", echo);
        server.get("/private", answer_plainly);
        server.post("/marked", echo);
        server.get("/broken", answer_plainly);
        server.get("/plain", answer_plainly);
        server.get("/events", stay_open);
        fixture.start();
    }

    server_fixture fixture;
};

std::string post(std::string_view path, std::string_view lines, std::string_view body = {})
{
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n" +
           std::string(body);
}

} // namespace

// What a head decides is decided on the head: not a byte of the body is waited for. The connection cannot be
// used again, and says so.
TEST_CASE("a refusal on the head comes before the body")
{
    guarded_server const served;
    for (auto const& [path, lines, status] :
         {std::tuple{"/private", "Content-Length: 1000\r\n", 403},
          std::tuple{"/private", "Transfer-Encoding: chunked\r\n", 403},
          std::tuple{"/echo", "Content-Length: 1000\r\nX-Stranger: yes\r\n", 401},
          std::tuple{"/nowhere", "Content-Length: 1000\r\n", 404},
          std::tuple{"/plain", "Content-Length: 1000\r\n", 405},
          std::tuple{"/echo", "Content-Length: 1001\r\n", 413},
          std::tuple{"/nowhere", "Content-Length: 1001\r\n", 404}}) {
        CAPTURE(path, lines);
        auto asking = served.fixture.connect();
        asking.send(post(path, lines));
        auto const head = asking.read_head();
        CHECK(head.status() == status);
        CHECK(head.header("Connection") == "close");
        CHECK(head.header("X-Body-Size") == "0");
        CHECK(asking.wait_for_end() == client::ending::closed);
    }
    CHECK(served.fixture.stats().bad_requests == 1); // the one that is too large
}

// A client that asks whether it may send its body is told no, and nothing else; also one that does not wait
// for the answer.
TEST_CASE("a refusal takes the place of 100 Continue")
{
    guarded_server const served;
    for (auto const* body : {"", "hello"}) {
        auto asking = served.fixture.connect();
        asking.send(post("/private", "Content-Length: 5\r\nExpect: 100-continue\r\n", body));
        CHECK(asking.read_until("\r\n") == "HTTP/1.1 403 Forbidden\r\n");
    }
}

// A refused client that sends its body all the same gets to read why, however long the body is: a part of it
// is thrown away, and then nothing more is read.
TEST_CASE("a refusal reaches a client that sends a long body")
{
    guarded_server served;
    auto asking = served.fixture.connect();
    asking.send(post("/private", "Content-Length: 400000\r\n", std::string(400'000, 'x')));
    CHECK(asking.read_head().status() == 403);
    CHECK(asking.read_body() == "refused\n");
    asking.close();
    CHECK(served.fixture.wait_for_stats(nothing_is_left));
    auto slower = served.fixture.connect(); // who has not sent as much when the answer comes is still heard
    slower.send(post("/private", "Content-Length: 400000\r\n", std::string(30'000, 'x')));
    CHECK(slower.read_head().status() == 403);
    CHECK(slower.read_body() == "refused\n");
    CHECK(slower.wait_for_end() == client::ending::closed);
    slower.send(std::string(30'000, 'x'));
    CHECK(served.fixture.stats().connections == 1);
    slower.close();
    CHECK(served.fixture.wait_for_stats(nothing_is_left));
}

// The same where the answer takes its time: what comes meanwhile, and is too much, does not cost the client
// its answer.
TEST_CASE("a refusal that takes its time reaches a client that sends a long body")
{
    server_fixture fixture;
    fixture.routes().check(refuse);
    fixture.routes().use(wait_a_while);
    fixture.start();
    auto asking = fixture.connect();
    asking.send(post("/", "Content-Length: 400000\r\n", std::string(400'000, 'x')));
    CHECK(asking.read_head().status() == 403);
    CHECK(asking.read_body() == "refused\n");
}

// A short body that has come with its head is skipped, and the connection goes on: requests that were sent
// behind each other are answered in their order.
TEST_CASE("a connection outlives a refusal whose body is there")
{
    guarded_server const served;
    auto asking = served.fixture.connect();
    asking.send(
        post("/private", "Content-Length: 5\r\n", "hello") + post("/echo", "Content-Length: 3\r\n", "one") +
        post("/nowhere", "Content-Length: 5\r\n", "hello") + post("/echo", "Content-Length: 3\r\n", "two"));
    for (auto const* expected : {"refused\n", "one", "not found\n", "two"}) {
        auto const head = asking.read_head();
        CHECK(asking.read_body() == expected);
        CHECK(head.header("Connection").empty());
        CHECK(head.header("X-Body-Size") == (std::string_view(expected).size() == 3 ? "3" : "0"));
    }
    CHECK(served.fixture.stats().accepted == 1);
}

// Who writes a path in another way reaches the same route, and meets the same checks.
TEST_CASE("a check of a prefix cannot be got around")
{
    guarded_server const served;
    for (auto const* path : {"/private", "/%70rivate", "http://a/privat%65", "/private/", "/private/x"}) {
        CAPTURE(path);
        auto asking = served.fixture.connect();
        asking.get(path);
        CHECK(asking.read_head().status() == 403);
    }
    for (auto const* path : {"/privates", "//private", "/x/../private", "/Private"}) {
        CAPTURE(path);
        auto asking = served.fixture.connect();
        asking.get(path);
        CHECK(asking.read_head().status() == 404);
    }
}

// What a check adds is on whatever answer there is, also on those of later checks, of the server, and on
// those that the body brings about: a page of another origin may read why it was refused.
TEST_CASE("the headers of checks are on every answer")
{
    auto options = brief();
    options.body_timeout = 50ms;
    guarded_server const served(options);
    std::string const origin = "Origin: https://app.example\r\n";
    for (auto const& [bytes, status] :
         {std::pair{post("/echo", origin + "Content-Length: 2\r\n", "ok"), 200},
          std::pair{post("/private", origin), 403},
          std::pair{post("/echo", origin + "X-Stranger: yes\r\n"), 401},
          std::pair{post("/nowhere", origin), 404}, std::pair{post("/plain", origin), 405},
          std::pair{"GET /broken HTTP/1.1\r\nHost: a\r\n" + origin + "\r\n", 500},
          std::pair{"GET /events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 7;finished\r\n" + origin + "\r\n",
                    204},
          std::pair{post("/echo", origin + "Content-Length: 1001\r\n"), 413},
          std::pair{post("/echo", origin + "Transfer-Encoding: chunked\r\n", "3e9\r\n"), 413},
          std::pair{post("/echo", origin + "Transfer-Encoding: chunked\r\n", "x\r\n"), 400},
          std::pair{post("/echo", origin + "Content-Length: 5\r\n", "hal"), 408}}) {
        CAPTURE(bytes);
        auto asking = served.fixture.connect();
        asking.send(bytes);
        auto const head = asking.read_head();
        CHECK(head.status() == status);
        CHECK(head.header("Access-Control-Allow-Origin") == "https://app.example");
        CHECK(head.header("Vary") == "Origin");
    }
    auto asking = served.fixture.connect();
    asking.send(post("/marked", "Content-Length: 2\r\n", "ok"));
    CHECK(asking.read_head().header("X-Marked") == "yes");
}

// CORS belongs to a path: the question that a browser asks before a POST is answered on paths of any method.
TEST_CASE("preflights are answered on every path")
{
    guarded_server const served;
    for (auto const* path : {"/echo", "/plain", "/events", "/nowhere"})
        for (auto const* method : {"GET", "POST", "DELETE"}) {
            auto asking = served.fixture.connect();
            asking.send("OPTIONS " + std::string(path) +
                        " HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example\r\n"
                        "Access-Control-Request-Method: " +
                        method + "\r\n\r\n");
            auto const head = asking.read_head();
            CHECK(head.status() == 204);
            CHECK(head.header("Access-Control-Allow-Methods").find(method) != std::string_view::npos);
        }
}

// The details of a check that fails are for the log; the client gets 500, and nobody else notices.
TEST_CASE("a check that throws")
{
    guarded_server served;
    auto asking = served.fixture.connect();
    for (int i = 0; i != 2; ++i) {
        asking.get("/broken");
        CHECK(asking.read_head().status() == 500);
        CHECK(asking.read_body() == "internal server error\n");
    }
    CHECK(served.fixture.wait_for_log("a check of GET /broken failed: secret"));
}

// HEAD says what GET says: of checks, middleware, the limit of streams, and what the server answers itself.
TEST_CASE("HEAD says what GET says")
{
    auto options = brief();
    options.per_address.streams = 1;
    guarded_server const served(options);
    auto const holding = ask(served.fixture, "/events");
    for (auto const& [path, lines] :
         {std::pair{"/plain", ""}, std::pair{"/private", ""}, std::pair{"/nowhere", ""},
          std::pair{"/echo", ""}, std::pair{"/plain", "X-Stranger: yes\r\n"},
          std::pair{"/plain", "Origin: https://app.example\r\n"}, std::pair{"/events", ""},
          std::pair{"/events", "Last-Event-ID: 7;finished\r\n"}, std::pair{"/broken", ""}}) {
        CAPTURE(path, lines);
        auto const head_of = [&](std::string_view method) {
            auto asking = served.fixture.connect();
            asking.send(std::string(method) + " " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" +
                        lines + "\r\n");
            auto text = asking.read_until("\r\n\r\n");
            for (auto const* by_chance : {"Date: ", "Retry-After: "})
                if (auto const line = text.find(by_chance); line != std::string::npos)
                    text.erase(line, text.find("\r\n", line) - line);
            return text;
        };
        CHECK(head_of("HEAD") == head_of("GET"));
    }
}

// What a check or a middleware has found out is there for the handler of this request, and of no other.
TEST_CASE("who asks reaches the handler")
{
    struct account
    {
        int number;
    };
    server_fixture fixture;
    fixture.routes().check([](request& head, headers&) -> answer {
        if (auto const name = head.header("X-Name"); !name.empty()) {
            head.set_principal(std::string(name));
            head.set_value(account{static_cast<int>(name.size())});
        }
        return std::nullopt;
    });
    fixture.routes().use("/late", [](tidings::stream_handler inner) -> tidings::stream_handler {
        return [inner](tidings::context ctx, request& asked, tidings::event_stream& out) {
            asked.set_principal("late " + std::string(asked.principal()));
            return inner(std::move(ctx), asked, out);
        };
    });
    auto const tell = [](tidings::context, request const& asked) -> boost::asio::awaitable<response> {
        auto const* const of = asked.value<account>();
        co_return response::text(std::string(asked.principal()) + " " + std::to_string(of ? of->number : 0));
    };
    fixture.routes().get("/tell", tell);
    fixture.routes().get("/late", tell);
    fixture.routes().get("/wrong",
                         [](tidings::context, request const& asked) -> boost::asio::awaitable<response> {
                             co_return response::text(*asked.value<std::string>());
                         });
    fixture.routes().get("/long", answer_plainly);
    fixture.start();
    auto asking = fixture.connect();
    auto const get = [&](std::string_view path, std::string const& name) {
        asking.get(path, name.empty() ? "" : "X-Name: " + name + "\r\n");
        auto const status = asking.read_head().status();
        return std::to_string(status) + " " + asking.read_body();
    };
    CHECK(get("/tell", "ada") == "200 ada 3");
    CHECK(get("/tell", "") == "200  0");
    CHECK(get("/late", "ada") == "200 late ada 3");
    CHECK(get("/wrong", "ada") == "500 internal server error\n");
    CHECK(fixture.wait_for_log("account"));
    CHECK(get("/tell", std::string(256, 'n')) == "500 internal server error\n");
    CHECK(fixture.wait_for_log("a principal has at most 255 bytes"));
}

// Checks know who asks, and belong to a server that has not started.
TEST_CASE("what a check sees, and when it is given")
{
    server_fixture fixture;
    fixture.routes().check([](request const& head, headers& of_the_answer) -> answer {
        of_the_answer.set("X-From", std::string(head.remote_address()));
        return std::nullopt;
    });
    CHECK_THROWS_AS(fixture.routes().check(nullptr), std::invalid_argument);
    CHECK_THROWS_AS(fixture.routes().check("private", refuse), std::invalid_argument);
    fixture.start();
    CHECK_THROWS_AS(fixture.routes().check(refuse), std::logic_error);
    auto asking = fixture.connect();
    asking.get("/");
    CHECK(asking.read_head().header("X-From") == "127.0.0.1");
}
