// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/sample.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>

using namespace tidings;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;
using detail::moment;
using detail::sample_of;

namespace {

moment at(duration when)
{
    moment made;
    made.at = time_point() + when;
    made.date = std::chrono::system_clock::time_point(1'700'000'000'123ms);
    made.state = "ok";
    return made;
}

} // namespace

TEST_CASE("a sample has what there is, and what happened a second")
{
    moment before = at(10s);
    before.server.streams_opened = 100;
    before.streams_ended = 90;
    before.topics.published = 1'000;
    moment now = at(12s);
    now.server.connections = 12;
    now.server.streams = 11;
    now.server.streams_opened = 105;
    now.streams_ended = 91;
    now.topics.published = 1'201;
    now.topics.max_lag = 7;
    now.topics.lagging = 2;
    now.topics.delivered = 1'000;
    now.publish_to_socket.add(300us, 10);
    auto const text = sample_of(before, now);
    CHECK_THAT(text, ContainsSubstring(R"("t":1700000000123,"connections":12,"streams":11,)"));
    CHECK_THAT(text, ContainsSubstring(R"("opened":2.5,"ended":0.5,"published":100.5,"delivered":500.0,)"));
    CHECK_THAT(text, ContainsSubstring(R"("p50":0.000375,"p99":0.000498,)"));
    CHECK_THAT(text, ContainsSubstring(R"("lagging":2,"lag":7,)"));
    CHECK_THAT(text, ContainsSubstring(R"("state":"ok"})"));
}

TEST_CASE("the first sample has no rates, and neither has a total that fell")
{
    moment first = at(10s);
    first.topics.published = 50;
    CHECK_THAT(sample_of(first, first), ContainsSubstring(R"("published":0.0,)"));
    moment later = at(11s);
    later.topics.published = 40;
    CHECK_THAT(sample_of(first, later), ContainsSubstring(R"("published":0.0,)"));
}

TEST_CASE("latencies are those of the last second, between the bounds that they lie between")
{
    internal::histogram const none(internal::delivery_bounds);
    internal::histogram now(internal::delivery_bounds);
    CHECK_FALSE(detail::quantile(none, none, 0.5));
    now.add(75us, 90);
    now.add(20ms, 10);
    internal::histogram const then = now;
    CHECK_FALSE(detail::quantile(then, now, 0.99));
    CHECK_THAT(detail::quantile(none, now, 0.45).value(), WithinRel(75e-6, 1e-9));
    CHECK_THAT(detail::quantile(none, now, 0.95).value(), WithinRel(0.0175, 1e-9));
    now.add(1h);
    CHECK(detail::quantile(then, now, 0.5) == 10.); // the largest bound
    CHECK_THAT(sample_of(at(1s), at(2s)), ContainsSubstring(R"("p50":null,"p99":null,)"));
}
