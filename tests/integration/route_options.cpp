// SPDX-License-Identifier: BSL-1.0
// What one route, or all below a prefix, has of its own.
#include <tidings/hub/topic.hpp>
#include <tidings/server/route_options.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings::test;
using tidings::context;
using tidings::event_stream;
using tidings::half_close;
using tidings::headers;
using tidings::request;
using tidings::response;
using tidings::stream_handler;
using tidings::test::server_fixture;
using tidings::testing::client;

namespace {

asio::awaitable<void> flood(context, request const&, event_stream& out)
{
    std::string const text(10'000, 'x');
    bool is_there = true;
    while (is_there)
        is_there = co_await out.send({.data = text});
}

std::string posted(std::string_view path, std::string_view lines, std::string_view body)
{
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n" +
           std::string(body);
}

std::string sized(std::string_view path, std::size_t size)
{
    return posted(path, "Content-Length: " + std::to_string(size) + "\r\n", std::string(size, 'x'));
}

std::string in_one_chunk(std::string_view path, std::string_view hex_size, std::size_t size)
{
    return posted(path, "Transfer-Encoding: chunked\r\n",
                  std::string(hex_size) + "\r\n" + std::string(size, 'x') + "\r\n0\r\n\r\n");
}

int status_of(server_fixture const& fixture, std::string_view bytes)
{
    auto asking = fixture.connect();
    asking.send(bytes);
    return asking.read_head().status();
}

int status_of(server_fixture const& fixture, std::string_view method, std::string_view path)
{
    return status_of(fixture, std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n");
}

/// Adds its name to a header of the answer, so that one reads which have run, the outermost first.
tidings::middleware named(std::string name)
{
    return [name](stream_handler inner) -> stream_handler {
        return [name, inner = std::move(inner)](context ctx, request& asked, event_stream& out) {
            out.add_header("X-Ran", name);
            return inner(std::move(ctx), asked, out);
        };
    };
}

tidings::request_check named_check(std::string name)
{
    return [name](request const&, headers& of_the_answer) -> std::optional<response> {
        of_the_answer.add("X-Asked", name);
        return std::nullopt;
    };
}

std::optional<response> refuse_all(request const&, headers&)
{
    return response::text("refused\n", 403);
}

/// The lines of a head with that name, joined.
std::string all_of(std::string_view head, std::string_view name)
{
    std::string all;
    std::string const begin = "\r\n" + std::string(name) + ": ";
    for (auto at = head.find(begin); at != std::string_view::npos; at = head.find(begin, at + 1)) {
        auto const value = head.substr(at + begin.size());
        all += (all.empty() ? "" : " ") + std::string(value.substr(0, value.find('\r')));
    }
    return all;
}

std::string head_of(server_fixture const& fixture, std::string_view method, std::string_view path)
{
    auto asking = fixture.connect();
    asking.send(std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    return asking.read_until("\r\n\r\n");
}

bool one_write_timeout(tidings::server_stats const& now)
{
    return now.write_timeouts == 1 && now.streams == 1;
}

} // namespace

// A route that is silent for long says so more often than the others, also when a topic feeds the stream.
TEST_CASE("a keep-alive of one route")
{
    auto options = server_fixture::brisk();
    options.keep_alive = 0s;
    server_fixture fixture(options);
    tidings::topic news({.name = "news"});
    fixture.routes().get("/often", stay_open, {.keep_alive = 20ms});
    fixture.routes().get("/attached", std::bind_front(hand_over, news), {.keep_alive = 20ms});
    fixture.routes().get("/never", std::bind_front(hand_over, news));
    fixture.start();
    auto never = ask(fixture, "/never");
    for (auto const* path : {"/often", "/attached"}) {
        auto asking = ask(fixture, path);
        for (int i = 0; i < 3; ++i)
            CHECK(asking.read_until("ping\n\n").ends_with("ping\n\n"));
    }
    news.publish({.data = "end"});
    CHECK(never.read_until("end\n\n").find("ping") == std::string::npos);
}

// Who takes nothing is cut where the route says so, and stays where it does not.
TEST_CASE("a write timeout of one route")
{
    auto options = server_fixture::brisk();
    options.write_timeout = 0s;
    server_fixture fixture(options);
    fixture.routes().get("/patient", flood);
    fixture.routes().get("/strict", flood, {.write_timeout = 20ms});
    fixture.start();
    auto patient = fixture.connect({.receive_buffer = 4096});
    patient.get("/patient");
    CHECK(patient.read_head().status() == 200);
    auto strict = fixture.connect({.receive_buffer = 4096});
    strict.get("/strict");
    CHECK(fixture.wait_for_stats(one_write_timeout));
}

// What a FIN means depends on who the route's clients are; on one connection each request has its own.
TEST_CASE("a half-close of one route")
{
    auto options = server_fixture::brisk();
    options.on_half_close = half_close::end;
    server_fixture fixture(options);
    fixture.routes().get("/tool", say_farewell, {.on_half_close = half_close::keep});
    fixture.routes().get("/page", say_farewell);
    fixture.routes().get("/plain", answer_plainly, {.on_half_close = half_close::keep});
    fixture.start();
    auto tool = ask(fixture, "/tool");
    CHECK(tool.next_event()->data() == "hello");
    tool.half_close();
    CHECK(tool.read_until("ping\n\n").ends_with("ping\n\n")); // asked whether it is there, and it is
    auto page = fixture.connect();
    page.get("/plain");
    CHECK(page.read_head().status() == 200);
    CHECK(page.read_body() == "plain");
    page.get("/page");
    CHECK(page.read_head().status() == 200);
    CHECK(page.next_event()->data() == "hello");
    page.half_close();
    CHECK(page.wait_for_end() == client::ending::closed);
    CHECK(fixture.wait_for_stats([](auto const& now) { return now.clients_gone == 1; }));
}

// How much a route takes is decided on the head, whether that is more than elsewhere or less; the next
// request on the connection has its own limit again.
TEST_CASE("a body limit of one route")
{
    auto options = server_fixture::brisk();
    options.body_bytes = 100;
    server_fixture fixture(options);
    fixture.routes().post("/usual", echo);
    fixture.routes().post("/large", echo, {.body_bytes = 300'000});
    fixture.routes().post("/small", echo, {.body_bytes = 10});
    fixture.routes().post("/none", echo, {.body_bytes = 0});
    fixture.start();
    for (auto const& [path, limit, in_hex, above_in_hex] :
         {std::tuple{"/usual", 100, "64", "65"}, std::tuple{"/large", 300'000, "493E0", "493E1"},
          std::tuple{"/small", 10, "A", "B"}}) {
        CAPTURE(path);
        CHECK(status_of(fixture, sized(path, limit)) == 200);
        CHECK(status_of(fixture, sized(path, limit + 1)) == 413);
        CHECK(status_of(fixture, in_one_chunk(path, in_hex, limit)) == 200);
        CHECK(status_of(fixture, in_one_chunk(path, above_in_hex, limit + 1)) == 413);
    }
    CHECK(status_of(fixture, posted("/none", "Content-Length: 0\r\n", "")) == 200);
    CHECK(status_of(fixture, sized("/none", 1)) == 413);
    // Not a byte of it has been sent.
    CHECK(status_of(fixture, posted("/small", "Content-Length: 11\r\n", "")) == 413);
    CHECK(status_of(fixture, posted("/small", "Content-Length: 11\r\nExpect: 100-continue\r\n", "")) == 413);

    auto asking = fixture.connect();
    for (int i = 0; i < 2; ++i) {
        asking.send(sized("/large", 200'000) + sized("/usual", 100));
        for (int answers = 0; answers < 2; ++answers) {
            CHECK(asking.read_head().status() == 200);
            (void)asking.read_body();
        }
    }
    asking.send(sized("/usual", 101));
    CHECK(asking.read_head().status() == 413);
}

// A check of a route is met by everybody who gets to its handler, however the path is written, and by nobody
// else. It comes behind the server's own.
TEST_CASE("checks of one route")
{
    server_fixture fixture;
    fixture.routes().check(named_check("server"));
    fixture.routes().post("/emit", echo, {.checks = {refuse_all}});
    fixture.routes().get("/emit", answer_plainly, {.checks = {named_check("first"), named_check("second")}});
    fixture.routes().get("/{name}", answer_plainly);
    fixture.routes().get("/broken", answer_plainly,
                         {.checks = {[](request const&, headers&) -> std::optional<response> {
                              throw std::runtime_error("secret");
                          }}});
    fixture.start();
    for (auto const* path : {"/emit", "/%65mit", "http://a/emi%74"})
        CHECK(status_of(fixture, posted(path, "Content-Length: 1000\r\n", "")) == 403);
    for (auto const* method : {"GET", "HEAD"})
        CHECK(all_of(head_of(fixture, method, "/%65mit"), "X-Asked") == "server first second");
    CHECK(all_of(head_of(fixture, "GET", "/other"), "X-Asked") == "server");
    CHECK(all_of(head_of(fixture, "OPTIONS", "/emit"), "X-Asked") == "server");
    CHECK(status_of(fixture, "PUT", "/emit") == 405);
    CHECK(status_of(fixture, "GET", "/broken") == 500);
    CHECK(fixture.wait_for_log("a check of GET /broken failed: secret"));
}

// Middleware of a prefix runs for what is below it, whoever answers there, and whichever route leads there;
// that of a route runs inside it, for this handler alone.
TEST_CASE("middleware of a prefix and of one route")
{
    server_fixture fixture;
    fixture.routes().use(named("all"));
    fixture.routes().use("/admin", named("admin"));
    fixture.routes().use("/admin/{user}/log", named("log"));
    fixture.routes().use(named("last"));
    fixture.routes().check("/admin/closed", refuse_all);
    fixture.routes().get("/admin/users", answer_plainly, {.around = {named("outer"), named("inner")}});
    fixture.routes().get("/{any...}", answer_plainly);
    fixture.routes().get("/events", stay_open, {.around = {named("events")}});
    fixture.start();
    for (auto const& [path, expected] :
         {std::pair{"/", "all last"}, std::pair{"/page", "all last"}, std::pair{"/administrator", "all last"},
          std::pair{"/admin", "all admin last"}, std::pair{"/admin/users", "all admin last outer inner"},
          std::pair{"/%61dmin/%75sers", "all admin last outer inner"},
          std::pair{"/admin/ada/log/7", "all admin log last"}, std::pair{"/admin/closed", "all admin last"},
          std::pair{"/x/../admin", "all last"}, std::pair{"/events", "all last events"}}) {
        CAPTURE(path);
        CHECK(all_of(head_of(fixture, "GET", path), "X-Ran") == expected);
        CHECK(all_of(head_of(fixture, "HEAD", path), "X-Ran") == expected);
    }
    CHECK(all_of(head_of(fixture, "POST", "/admin/users"), "X-Ran") == "all admin last"); // 405
}

// What cannot be called is found where it is given, and not by the first client.
TEST_CASE("empty functions are refused")
{
    server_fixture fixture;
    auto& server = fixture.routes();
    CHECK_THROWS_AS(server.get("/a", answer_plainly, {.checks = {nullptr}}), std::invalid_argument);
    CHECK_THROWS_AS(server.get("/a", answer_plainly, {.around = {tidings::middleware()}}),
                    std::invalid_argument);
    CHECK_THROWS_AS(server.use(tidings::middleware()), std::invalid_argument);
    CHECK_THROWS_AS(server.use("/a", tidings::middleware()), std::invalid_argument);
    CHECK_THROWS_AS(server.use("a", named("x")), std::invalid_argument);
    server.get("/a", answer_plainly); // it was not added before
    fixture.start();
    CHECK_THROWS_AS(server.use("/a", named("x")), std::logic_error);
}
