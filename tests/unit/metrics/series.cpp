// SPDX-License-Identifier: BSL-1.0
#include <tidings/metrics/detail/series.hpp>
#include <tidings/testing/store.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

using namespace tidings;
using namespace tidings::detail;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using internal::figures_of;

namespace {

std::string text_of(internal::hub_figures const& of)
{
    exposition out(text_format::prometheus);
    write_hub(out, of);
    return std::move(out).end();
}

} // namespace

TEST_CASE("topics are counted by the pattern of their registry, or by their label")
{
    topic_registry const all;
    all.add("builds/{id}", {.max_events = 2});
    all.add("prices/{symbol}", {.label = "prices", .overflow = overflow::keep_latest});
    for (int i = 0; i < 50; ++i)
        all.get("builds/" + std::to_string(i))->publish({.data = "x"});
    for (int i = 0; i < 3; ++i)
        all.get("prices/ACME")->publish("ACME", {.data = "1"});
    auto const text = text_of(figures_of(all));
    for (char const* line : {
             R"(tidings_events_published_total{topic="builds/{id}"} 50)",
             R"(tidings_events_published_total{topic="prices"} 3)",
             R"(tidings_events_superseded_total{topic="prices"} 2)",
             R"(tidings_history_events{topic="builds/{id}"} 50)",
             "tidings_topics 51",
         })
        CHECK_THAT(text, ContainsSubstring(line));
    CHECK_THAT(text, !ContainsSubstring("ACME"));
}

// Prometheus takes a counter that falls for one that began anew, and counts twice.
TEST_CASE("what a topic has counted stays when it is gone")
{
    topic_registry const all({.max_topics = 2, .log = {}});
    all.add("{any}");
    for (int i = 0; i < 10; ++i)
        all.get("t" + std::to_string(i))->publish({.data = "x"});
    auto now = figures_of(all);
    CHECK(now.registry.topics == 2);
    CHECK(now.registry.evicted == 8);
    CHECK(now.by_label.at("{any}").sum.published == 10);
    CHECK(now.by_label.at("{any}").sum.history_count == 2);
}

TEST_CASE("a pattern has its series before it has topics")
{
    topic_registry const all;
    all.add("news");
    CHECK_THAT(text_of(figures_of(all)),
               ContainsSubstring(R"(tidings_events_published_total{topic="news"} 0)"));
}

TEST_CASE("a topic that stands alone needs a label")
{
    topic const alone({.label = "clock"});
    alone.publish({.data = "12:00"});
    CHECK_THAT(text_of(figures_of(alone)),
               ContainsSubstring(R"(tidings_events_published_total{topic="clock"} 1)"));
    CHECK_THROWS_AS(figures_of(topic()), std::invalid_argument);
    topic_registry const all;
    all.add("a");
    CHECK_THROWS_AS(figures_of(*all.get("a")), std::invalid_argument);
}

TEST_CASE("registries and topics are summed")
{
    topic_registry const one;
    topic_registry const other;
    one.add("news");
    other.add("news");
    one.get("news")->publish({.data = "1"});
    other.get("news")->publish({.data = "2"});
    topic const alone({.label = "news"});
    alone.publish({.data = "3"});
    auto sum = figures_of(one);
    merge(sum, figures_of(other));
    merge(sum, figures_of(alone));
    auto const text = text_of(sum);
    CHECK_THAT(text, ContainsSubstring(R"(tidings_events_published_total{topic="news"} 3)"));
    CHECK_THAT(text, ContainsSubstring("tidings_topics 2"));
}

TEST_CASE("certificates have the seconds that are left")
{
    internal::server_figures of;
    auto const now = std::chrono::system_clock::now();
    of.certificates = {{.endpoint = "0.0.0.0:443", .expires = now + 24h},
                       {.endpoint = "/run/app.sock", .expires = now - 1s}};
    exposition out(text_format::prometheus);
    write_server(out, of, now);
    auto const text = std::move(out).end();
    CHECK_THAT(text,
               ContainsSubstring(R"(tidings_tls_certificate_expiry_seconds{endpoint="0.0.0.0:443"} 86400)"));
    CHECK_THAT(text,
               ContainsSubstring(R"(tidings_tls_certificate_expiry_seconds{endpoint="/run/app.sock"} -1)"));
}

TEST_CASE("a store that is away is down")
{
    testing::virtual_time time;
    auto const store = std::make_shared<testing::store>(time);
    topic_registry const topics;
    topics.add("{any}", {.store = store});
    auto const now = [&] { return text_of(figures_of(topics)); };
    CHECK_THAT(now(), ContainsSubstring(R"(tidings_store_up{store="the store of the test"} 1)"));
    store->go_away();
    CHECK_THAT(now(), ContainsSubstring(R"(tidings_store_up{store="the store of the test"} 0)"));
    store->come_back();
    CHECK_THAT(now(), ContainsSubstring(R"(tidings_store_up{store="the store of the test"} 1)"));
}
