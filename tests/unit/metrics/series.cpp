// SPDX-License-Identifier: BSL-1.0
#include <tidings/metrics/detail/series.hpp>
#include <tidings/testing/store.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

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

TEST_CASE("all topics are seen, the oldest first and none twice, also when some come and go meanwhile")
{
    topic_registry const all;
    all.add("{any}");
    std::vector<topic> held; // else they would be gone: nothing was published to them
    auto const make = [&](int i) { return *all.get("t" + std::to_string(i)); };
    constexpr int count = 1'000; // more than are read at once
    held.reserve(count);
    for (int i = 0; i < count; ++i)
        held.push_back(make(i));
    held[7].publish({.data = "x"});
    std::vector<std::string> seen;
    internal::for_each_topic(all, [&](internal::seen_topic const& each) {
        CHECK(each.label == "{any}");
        CHECK(each.stats.history_count == (each.name == "t7" ? 1 : 0));
        seen.push_back(each.name);
        if (seen.size() == 1) { // also the walk's own last one goes
            held.erase(held.begin() + 100, held.begin() + 600);
            held.push_back(make(500));
        }
    });
    std::set<std::string> const names(seen.begin(), seen.end());
    CHECK(names.size() == seen.size());
    CHECK(seen.front() == "t0");
    for (int i = 600; i < count; ++i)
        CHECK(names.contains("t" + std::to_string(i)));
    CHECK_FALSE(names.contains("t400"));
    CHECK_FALSE(names.contains("t500")); // which came when the walk had begun
}

// What has gone between two looks of a scrape is in none of them.
TEST_CASE("what a label has counted does not fall while topics go")
{
    topic_registry const all({.max_topics = 300, .log = {}});
    all.add("{any}");
    for (int i = 0; i < 300; ++i)
        all.get("t" + std::to_string(i))->publish({.data = "x"});
    int more = 300;
    internal::for_each_topic(all, [&](internal::seen_topic const&) {
        all.get("t" + std::to_string(more++))->publish({.data = "x"});
        CHECK(figures_of(all).by_label.at("{any}").sum.published == static_cast<unsigned>(more));
    });
    CHECK(all.stats().evicted > 0);
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
