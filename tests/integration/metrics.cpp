// SPDX-License-Identifier: BSL-1.0
#include <tidings/metrics/metrics.hpp>

#include "handlers.hpp"
#include "one_route.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace tidings;
using namespace tidings::test;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using tidings::test::server_fixture;

namespace {

// The topic that the path names.
asio::awaitable<void> follow(topic_registry topics, context, request const& asked, event_stream& out)
{
    auto const found = topics.get("builds/" + asked.param("id"));
    found->attach(out, from_oldest());
    co_return;
}

std::string scrape(server_fixture const& of, std::string_view header_lines = {})
{
    auto asking = ask(of, "/metrics", header_lines);
    return asking.read_body();
}

// Asks until the series has that value: what ends is counted on its loop, after the last byte. Not by
// `wait_for_stats`, which holds up the log of the server meanwhile.
bool waits_for(server_fixture const& of, std::string const& line)
{
    for (auto const end = clock::now() + 10s; clock::now() < end;)
        if (scrape(of).find(line + '\n') != std::string::npos)
            return true;
    return false;
}

// The text without its values.
std::vector<std::string> series_of(std::string const& text)
{
    std::vector<std::string> names;
    for (std::size_t at = 0; at < text.size();) {
        auto const end = text.find('\n', at);
        names.push_back(text.substr(at, text.rfind(' ', end) - at));
        at = end + 1;
    }
    return names;
}

} // namespace

TEST_CASE("a scrape tells of streams, requests and topics")
{
    topic_registry const topics;
    topics.add("builds/{id}");
    server_fixture fixture;
    fixture.routes().get("/builds/{id}", std::bind_front(follow, topics));
    fixture.routes().get("/plain", answer_plainly);
    fixture.routes().get("/metrics", metrics(fixture.routes(), topics));
    fixture.start();
    topics.get("builds/7")->publish({.data = "one"});
    auto staying = ask(fixture, "/builds/7");
    CHECK(staying.next_event()->data() == "one");
    topics.get("builds/7")->publish({.data = "two"});
    CHECK(staying.next_event()->data() == "two");
    CHECK(waits_for(fixture, R"(tidings_publish_to_socket_seconds_count{topic="builds/{id}"} 1)"));
    auto leaving = ask(fixture, "/builds/8");
    (void)ask_once(fixture, "/plain").read_body();
    leaving.reset();
    CHECK(waits_for(
        fixture, R"(tidings_streams_ended_total{route="/builds/{id}",reason="client_gone",cut="none"} 1)"));
    CHECK(waits_for(fixture, R"(tidings_requests_total{route="/plain",method="GET",status="200"} 1)"));
    auto const text = scrape(fixture);
    for (char const* line : {
             "tidings_streams 1",
             "tidings_streams_opened_total 2",
             "tidings_handlers 1",
             R"(tidings_events_published_total{topic="builds/{id}"} 2)",
             R"(tidings_events_delivered_total{topic="builds/{id}"} 2)",
             R"(tidings_publish_to_socket_seconds_bucket{topic="builds/{id}",le="10"} 1)",
             R"(tidings_followers{topic="builds/{id}"} 1)",
             "tidings_topics 1",
             R"(tidings_stream_seconds_count{route="/builds/{id}"} 1)",
             R"(tls="false",http2="false"} 1)",
         })
        CHECK_THAT(text, ContainsSubstring(line));
    CHECK_THAT(text, !ContainsSubstring("builds/7"));
}

TEST_CASE("a scraper gets the format that it prefers, and HEAD the head of it")
{
    server_fixture fixture;
    fixture.routes().get("/metrics", metrics(fixture.routes()));
    fixture.start();
    auto const asked = [&](std::string_view header_lines) {
        auto asking = fixture.connect();
        asking.get("/metrics", header_lines);
        auto const head = asking.read_head();
        CHECK(head.status() == 200);
        CHECK(head.header("Vary") == "Accept");
        return std::pair(std::string(head.header("Content-Type")), asking.read_body());
    };
    auto const [plain_type, plain] = asked("Accept: */*\r\n");
    CHECK(plain_type == "text/plain; version=0.0.4; charset=utf-8");
    CHECK_THAT(plain, ContainsSubstring("# TYPE tidings_bad_requests_total counter\n"));
    CHECK_THAT(plain, !ContainsSubstring("# EOF"));
    auto const [open_type, open] =
        asked("Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n");
    CHECK(open_type == "application/openmetrics-text; version=1.0.0; charset=utf-8");
    CHECK_THAT(open, ContainsSubstring("# TYPE tidings_bad_requests counter\n"));
    CHECK(open.ends_with("\n# EOF\n"));

    auto asking = fixture.connect();
    asking.send("HEAD /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    auto const all = asking.read_to_end();
    CHECK(all.starts_with("HTTP/1.1 200 "));
    CHECK_THAT(all, ContainsSubstring("text/plain; version=0.0.4"));
    CHECK(all.ends_with("\r\n\r\n"));
}

// Who scrapes pays for each series, so nobody else decides how many there are.
TEST_CASE("a client that invents paths, methods and topics makes no series")
{
    topic_registry const topics;
    topics.add("builds/{id}");
    server_fixture fixture;
    fixture.routes().get("/builds/{id}", std::bind_front(follow, topics));
    fixture.routes().get("/metrics", metrics(fixture.routes(), topics));
    fixture.start();
    auto const misbehave = [&](int from, int to) {
        for (int i = from; i < to; ++i) {
            auto const some = std::to_string(i);
            auto asking = ask(fixture, "/builds/" + some);
            asking.reset();
            auto other = fixture.connect();
            other.send("GET /invented/" + some + " HTTP/1.1\r\nHost: a\r\n\r\nM" + some +
                       " /builds/1 HTTP/1.1\r\nHost: a\r\n\r\nX" + some +
                       " / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            (void)other.read_to_end();
        }
        auto const ended = [&](server_stats const& now) { return now.connections == 0 && now.streams == 0; };
        REQUIRE(fixture.wait_for_stats(ended));
    };
    misbehave(0, 3);
    (void)scrape(fixture); // whose own series comes with its end
    REQUIRE(waits_for(
        fixture, R"(tidings_streams_ended_total{route="/builds/{id}",reason="client_gone",cut="none"} 3)"));
    auto const before = series_of(scrape(fixture));
    misbehave(3, 30);
    REQUIRE(waits_for(
        fixture, R"(tidings_streams_ended_total{route="/builds/{id}",reason="client_gone",cut="none"} 30)"));
    CHECK(series_of(scrape(fixture)) == before);
}

TEST_CASE("the hook of the options is called beside metrics")
{
    auto options = server_fixture::brisk();
    std::atomic<int> told = 0;
    options.on_stream_end = [&](stream_end const&) {
        ++told;
        throw std::runtime_error("what the hook of a user throws");
    };
    server_fixture fixture(std::move(options));
    fixture.routes().get("/plain", answer_plainly);
    fixture.routes().get("/metrics", metrics(fixture.routes()));
    fixture.start();
    (void)ask_once(fixture, "/plain").read_body();
    CHECK(waits_for(fixture, R"(tidings_requests_total{route="/plain",method="GET",status="200"} 1)"));
    CHECK(told >= 1);
    CHECK(fixture.wait_for_log("what the hook of a user throws"));
}

TEST_CASE("a follower that is told of a gap counts as a reset, by reason")
{
    topic_registry const topics;
    topics.add("builds/{id}", {.max_events = 1});
    server_fixture fixture;
    fixture.routes().get("/builds/{id}", std::bind_front(follow, topics));
    fixture.routes().get("/metrics", metrics(fixture.routes(), topics));
    fixture.start();
    auto const build = *topics.get("builds/7");
    auto const first = build.publish({.data = "1"}).id;
    build.publish({.data = "2"});
    build.publish({.data = "3"});
    auto evicted = ask(fixture, "/builds/7", "Last-Event-ID: " + first + "\r\n");
    CHECK(evicted.next_event()->type() == "tidings-reset");
    auto unknown = ask(fixture, "/builds/7", "Last-Event-ID: nobody-knows\r\n");
    CHECK(unknown.next_event()->type() == "tidings-reset");
    auto const text = scrape(fixture);
    CHECK_THAT(text, ContainsSubstring(R"(tidings_resets_total{topic="builds/{id}",reason="evicted"} 1)"));
    CHECK_THAT(text, ContainsSubstring(R"(tidings_resets_total{topic="builds/{id}",reason="unknown_id"} 1)"));
    CHECK_THAT(text, ContainsSubstring(R"(tidings_resumes_total{topic="builds/{id}",result="reset"} 2)"));
}

TEST_CASE("metrics are made before the server starts, and outlive it")
{
    server_fixture operators;
    std::optional<server_fixture> watched(std::in_place);
    metrics const of(watched->routes());
    operators.routes().get("/metrics", of);
    operators.start();
    watched->start();
    CHECK_THROWS_AS(metrics(watched->routes()), std::logic_error);
    CHECK_THAT(scrape(operators), ContainsSubstring("\ntidings_connections 0\n"));
    watched.reset();
    CHECK_THAT(scrape(operators), !ContainsSubstring("\ntidings_connections "));
}
