// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/admin.hpp>
#include <tidings/testing/store.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
using namespace tidings;
using namespace tidings::test;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr std::string_view token = "0123456789abcdef";

struct page
{
    testing::received_head head;
    std::string body;
};

page fetch(std::uint16_t port, std::string const& request)
{
    testing::client asking(port);
    asking.send(request);
    page got{.head = asking.read_head(), .body = {}};
    got.body = asking.read_body();
    return got;
}

page get(admin const& from, std::string_view path, std::string_view header_lines = "Host: localhost\r\n")
{
    return fetch(from.port(),
                 fmt::format("GET {} HTTP/1.1\r\n{}Connection: close\r\n\r\n", path, header_lines));
}

page post_form(admin const& to, std::string_view path, std::string_view form,
               std::string_view header_lines = {})
{
    return fetch(
        to.port(),
        fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\n{}Connection: close\r\n"
                    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{}",
                    path, header_lines, form.size(), form));
}

testing::client open(admin const& from, std::string_view stream)
{
    testing::client reading(from.port());
    reading.get(stream);
    CHECK(reading.read_head().header("Content-Type") == "text/event-stream");
    return reading;
}

// Asks until the page has this status: what it tells of happens on other threads.
page wait_for_status(admin const& of, std::string_view path, int status)
{
    page last = get(of, path);
    for (auto const end = clock::now() + 10s; last.head.status() != status && clock::now() < end;)
        last = get(of, path);
    CHECK(last.head.status() == status);
    return last;
}

// Holds its loop up until it is released.
asio::awaitable<response> block(std::shared_future<void> released, context)
{
    released.wait();
    co_return response::text("released\n");
}

} // namespace

TEST_CASE("a panel tells of a server and its topics")
{
    topic_registry const topics;
    topics.add("builds/{id}");
    server_fixture fixture;
    admin const panel({.port = 0}, fixture.routes(), topics);
    CHECK(get(panel, "/readyz").body == "the server has not started yet\n");
    CHECK(get(panel, "/healthz").body == "ok\n");
    fixture.start();
    CHECK(wait_for_status(panel, "/readyz", 200).body == "ok\n");
    topics.get("builds/7")->publish({.data = "one"});
    auto const metrics = get(panel, "/metrics");
    CHECK(metrics.head.status() == 200);
    CHECK(metrics.head.header("Cache-Control") == "no-store");
    CHECK_THAT(metrics.body, ContainsSubstring(R"(tidings_events_published_total{topic="builds/{id}"} 1)"));
    CHECK(get(panel, "/unknown").head.status() == 404);
}

TEST_CASE("a panel answers while every loop of the server is stuck, and says so")
{
    auto options = server_fixture::brisk();
    options.loops = 2;
    server_fixture fixture(std::move(options));
    std::promise<void> release;
    fixture.routes().get("/block", std::bind_front(block, release.get_future().share()));
    admin const panel({.port = 0}, fixture.routes(), {}, {.stuck_after = 1100ms});
    fixture.start();
    wait_for_status(panel, "/readyz", 200);
    auto one = fixture.connect();
    auto other = fixture.connect();
    one.get("/block");
    other.get("/block");
    auto const stuck = wait_for_status(panel, "/healthz", 503);
    CHECK_THAT(stuck.body, ContainsSubstring(" of 2 has been stuck for 1 s\n"));
    CHECK(get(panel, "/readyz").body == stuck.body);
    CHECK(get(panel, "/metrics").head.status() == 200);
    release.set_value();
    CHECK(one.read_head().status() == 200);
    CHECK(other.read_head().status() == 200);
    CHECK(wait_for_status(panel, "/healthz", 200).body == "ok\n");
}

TEST_CASE("a panel says that its server is not ready as long as it drains, and afterwards")
{
    server_fixture fixture;
    fixture.routes().get("/", hang_in_asio); // for the grace period
    admin const panel({.port = 0}, fixture.routes());
    fixture.start();
    wait_for_status(panel, "/readyz", 200);
    auto staying = ask(fixture);
    fixture.routes().stop();
    auto const draining = wait_for_status(panel, "/readyz", 503);
    CHECK(draining.body == "the server is stopping\n");
    CHECK(draining.head.header("Retry-After") == "5");
    CHECK(get(panel, "/healthz").body == "ok\n");
    fixture.stop();
    CHECK(get(panel, "/readyz").head.status() == 503);
    CHECK(get(panel, "/healthz").body == "ok\n");
}

TEST_CASE("a server is not ready while a store is away")
{
    testing::virtual_time time;
    auto const store = std::make_shared<testing::store>(time);
    topic_registry const topics;
    topics.add("{name...}", {.store = store});
    server_fixture fixture;
    admin const panel({.port = 0}, fixture.routes(), topics);
    fixture.start();
    wait_for_status(panel, "/readyz", 200);
    store->go_away();
    CHECK(wait_for_status(panel, "/readyz", 503).body == "a store is away\n"); // it looks once a second
    CHECK(get(panel, "/healthz").head.status() == 200);
    store->come_back();
    wait_for_status(panel, "/readyz", 200);
}

TEST_CASE("a panel refuses names and pages of other sites")
{
    server_fixture fixture;
    admin const panel({.port = 0}, fixture.routes(), {}, {.hosts = {"panel.example"}});
    CHECK(get(panel, "/metrics", "Host: evil.example\r\n").head.status() == 421);
    CHECK(get(panel, "/metrics", "Host: panel.example\r\n").head.status() == 200);
    CHECK(get(panel, "/metrics", "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n").head.status() == 403);
    CHECK(get(panel, "/metrics", "Host: localhost\r\nOrigin: http://evil.example\r\n").head.status() == 403);
    CHECK(get(panel, "/healthz", "Host: probed.example\r\n").head.status() == 200);
    CHECK(get(panel, "/readyz", "Host: probed.example\r\n").body == "the server has not started yet\n");
}

TEST_CASE("a panel with a token is open to programs that send it, but for its health")
{
    server_fixture fixture;
    admin const panel({.port = 0}, fixture.routes(), {}, {.token = std::string(token)});
    auto const without = get(panel, "/metrics");
    CHECK(without.head.status() == 401);
    CHECK(without.head.header("WWW-Authenticate") == "Bearer");
    CHECK(get(panel, "/metrics", "Host: a\r\nAuthorization: Bearer 0123456789abcdeF\r\n").head.status() ==
          401);
    CHECK(
        get(panel, "/metrics", fmt::format("Host: a\r\nAuthorization: Bearer {}\r\n", token)).head.status() ==
        200);
    CHECK(get(panel, "/healthz").head.status() == 200);
    CHECK(get(panel, "/%68ealthz").head.status() == 401);
    CHECK(get(panel, "/readyz").body == "the server has not started yet\n");
}

TEST_CASE("a browser logs in to a panel by a form, and is given a cookie that is not the token")
{
    server_fixture fixture;
    admin const panel({.port = 0}, fixture.routes(), {}, {.token = std::string(token)});
    auto const sent_on = get(panel, "/", "Host: localhost\r\nAccept: text/html\r\n");
    CHECK(sent_on.head.status() == 303);
    CHECK(sent_on.head.header("Location") == "/login");
    auto const refused = post_form(panel, "/login", "token=guessed");
    CHECK(refused.head.header("Location") == "/login?wrong");
    CHECK_FALSE(refused.head.has_header("Set-Cookie"));
    CHECK(post_form(panel, "/login", fmt::format("token={}", token), "Sec-Fetch-Site: cross-site\r\n")
              .head.status() == 403);
    auto const admitted = post_form(panel, "/login", fmt::format("token={}", token));
    auto const set = admitted.head.header("Set-Cookie");
    CHECK_THAT(set, ContainsSubstring("HttpOnly") && ContainsSubstring("SameSite=Strict"));
    CHECK_THAT(set, !ContainsSubstring(std::string(token)));
    auto const cookie = set.substr(0, set.find(';'));
    CHECK(get(panel, "/metrics", fmt::format("Host: localhost\r\nCookie: {}\r\n", cookie)).head.status() ==
          200);
    CHECK(get(panel, "/metrics", fmt::format("Host: localhost\r\nCookie: {}x\r\n", cookie)).head.status() ==
          401);
}

TEST_CASE("the console is given the past, the topics, and the events of one of them")
{
    topic_registry const topics;
    topics.add("{name...}");
    server_fixture fixture;
    admin const panel({.port = 0}, fixture.routes(), topics);
    fixture.start();
    auto const name = std::string("a <b>\"name\"</b>");
    auto const news = *topics.get(name);
    news.publish({.type = "headline", .data = "one"});
    CHECK_THAT(get(panel, "/").body, ContainsSubstring("<title>tidings</title>"));
    CHECK(get(panel, "/console.js").head.header("Content-Type") == "text/javascript; charset=utf-8");
    CHECK_THAT(get(panel, "/").head.header("Content-Security-Policy"),
               ContainsSubstring("script-src 'self'"));

    auto page = open(panel, "/live?order=name&match=NAME&topic=a+%3Cb%3E%22name%22%3C/b%3E");
    auto const next_of = [](testing::client& from, std::string_view type) {
        auto event = from.next_event();
        while (event && event->type() != type)
            event = from.next_event();
        REQUIRE(event);
        return std::string(event->data());
    };
    auto const next = [&](std::string_view type) { return next_of(page, type); };
    auto const first = next("message");
    CHECK_THAT(first, ContainsSubstring(R"("streams":0,)"));
    CHECK_THAT(next("topics"), ContainsSubstring(R"({"count":1,"rows":[{"name":"a <b>\"name\"</b>",)"));
    CHECK(next("followed") == "live");
    CHECK_THAT(next("tail"), ContainsSubstring(R"("type":"headline","data":"one","size":3)"));
    news.publish({.data = "two"});
    CHECK_THAT(next("tail"), ContainsSubstring(R"("type":"message","data":"two")"));
    CHECK_THAT(next("message"), ContainsSubstring(R"("state":"ok")")); // a second later
    auto const place = page.last_event_id();
    news.close();
    CHECK(next("followed") == "ended");

    auto again = open(panel, "/live?topic=unknown&last_event_id=" + place);
    CHECK(next_of(again, "message") != first); // it has seen the past
    CHECK(next_of(again, "followed") == "not in memory yet");
    CHECK(post_form(panel, "/publish", "topic=x&data=y").head.status() == 404); // there is no token
}

TEST_CASE("the console publishes where there is a token, and says what cannot be published")
{
    topic_registry const topics;
    topics.add("news/{id}");
    server_fixture fixture;
    admin const panel({.port = 0}, fixture.routes(), topics, {.token = std::string(token)});
    auto const known = fmt::format("Authorization: Bearer {}\r\n", token);
    auto const done = post_form(panel, "/publish", "topic=news/1&type=headline&data=two%0Alines", known);
    CHECK(done.head.status() == 200);
    CHECK_THAT(done.body, ContainsSubstring(R"("receivers":0})"));
    CHECK(topics.get("news/1")->stats().published == 1);
    CHECK(post_form(panel, "/publish", "topic=news/1&data=y").head.status() == 401);
    CHECK(post_form(panel, "/publish", "topic=else&data=y", known).head.status() == 404);
    CHECK(post_form(panel, "/publish", "topic=news/1&type=a%0Ab&data=y", known).head.status() == 400);
    topics.get("news/1")->close();
    CHECK(post_form(panel, "/publish", "topic=news/1&data=y", known).head.status() == 409);
    CHECK(post_form(panel, "/publish", "topic=news/1&data=y", known + "Origin: http://evil.example\r\n")
              .head.status() == 403);
}

TEST_CASE("a panel that cannot be as it is asked for is refused at once")
{
    server_fixture fixture;
    auto const make = [&](endpoint where, admin_options options = {}) {
        admin const made(std::move(where), fixture.routes(), {}, std::move(options));
    };
    CHECK_THROWS_WITH(make({.host = "0.0.0.0", .port = 0}), ContainsSubstring("admin_options::token"));
    CHECK_THROWS_WITH(make({.port = 0}, {.token = "short"}), ContainsSubstring("at least 16"));
    CHECK_THROWS_WITH(make({.port = 0}, {.token = "0123456789 abcdef"}), ContainsSubstring("visible ASCII"));
    CHECK_THROWS_WITH(make({.port = 0}, {.hosts = {"https://a.example"}}), ContainsSubstring("not a host"));
    make({.host = "0.0.0.0", .port = 0}, {.token = std::string(token)});

    admin const first({.port = 0}, fixture.routes());
    CHECK_THROWS_WITH(make({.port = first.port()}),
                      ContainsSubstring("cannot bind to 127.0.0.1 port " + std::to_string(first.port())));
    fixture.start();
    CHECK_THROWS_AS(make({.port = 0}), std::logic_error);
}

// What replaces a process has a panel on the same port, as soon as that one's has gone.
TEST_CASE("a panel opens when another process has given its port back")
{
    server_fixture replaced;
    server_fixture fixture;
    auto old = std::make_unique<admin>(endpoint{.port = 0}, replaced.routes());
    auto const port = old->port();
    admin const next({.port = port}, fixture.routes(), {}, {.takes_over = true});
    CHECK(next.port() == port);
    fixture.start();
    CHECK(get(*old, "/readyz").body == "the server has not started yet\n");
    {
        server_fixture third;
        admin const never({.port = port}, third.routes(), {}, {.takes_over = true});
    }
    old.reset();
    std::string body;
    for (auto const end = clock::now() + 10s; body.empty() && clock::now() < end;)
        try {
            body = get(next, "/readyz").body;
        } catch (std::runtime_error const&) { // not yet
        }
    CHECK(body == "ok\n");
}
