// SPDX-License-Identifier: BSL-1.0
#include <tidings/metrics/detail/exposition.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

using namespace tidings::detail;
namespace internal = tidings::internal;
using namespace std::chrono_literals;

namespace {

constexpr std::array<double, 3> bounds{0.5, 1, 10};

std::string all_kinds(text_format as)
{
    internal::histogram taken(bounds);
    taken.add(250ms);
    taken.add(1s);
    taken.add(1min);
    exposition out(as);
    out.begin(metric_kind::info, "a_build", "What it is.");
    out.add({{"version", "1"}}, std::uint64_t(1));
    out.begin(metric_kind::gauge, "a_gauge", "Now.");
    out.add({}, std::uint64_t(18446744073709551615U));
    out.begin(metric_kind::gauge, "a_difference", "Left.");
    out.add({}, -1.5);
    out.begin(metric_kind::counter, "some", "So far.");
    out.add({{"route", "/a"}, {"method", "GET"}}, std::uint64_t(3));
    out.begin(metric_kind::histogram, "taken_seconds", "How long.");
    out.add({{"route", "/a"}}, taken);
    out.add({}, internal::histogram(bounds));
    return std::move(out).end();
}

std::string labelled(std::string_view value)
{
    exposition out(text_format::prometheus);
    out.begin(metric_kind::gauge, "a", "b");
    out.add({{"l", value}}, std::uint64_t(0));
    auto text = std::move(out).end();
    auto const begin = text.find("a{l=");
    return text.substr(begin + 4, text.find('}', begin) - begin - 4);
}

} // namespace

// The text format 0.0.4 names each series by its suffix, and has no info.
TEST_CASE("all kinds of series as Prometheus' text")
{
    CHECK(all_kinds(text_format::prometheus) == R"(# HELP a_build_info What it is.
# TYPE a_build_info gauge
a_build_info{version="1"} 1
# HELP a_gauge Now.
# TYPE a_gauge gauge
a_gauge 18446744073709551615
# HELP a_difference Left.
# TYPE a_difference gauge
a_difference -1.5
# HELP some_total So far.
# TYPE some_total counter
some_total{route="/a",method="GET"} 3
# HELP taken_seconds How long.
# TYPE taken_seconds histogram
taken_seconds_bucket{route="/a",le="0.5"} 1
taken_seconds_bucket{route="/a",le="1"} 2
taken_seconds_bucket{route="/a",le="10"} 2
taken_seconds_bucket{route="/a",le="+Inf"} 3
taken_seconds_sum{route="/a"} 61.25
taken_seconds_count{route="/a"} 3
taken_seconds_bucket{le="0.5"} 0
taken_seconds_bucket{le="1"} 0
taken_seconds_bucket{le="10"} 0
taken_seconds_bucket{le="+Inf"} 0
taken_seconds_sum 0
taken_seconds_count 0
)");
}

// OpenMetrics 1.0 names the family, has floats as bounds, and an end.
TEST_CASE("all kinds of series as OpenMetrics")
{
    CHECK(all_kinds(text_format::open_metrics) == R"(# HELP a_build What it is.
# TYPE a_build info
a_build_info{version="1"} 1
# HELP a_gauge Now.
# TYPE a_gauge gauge
a_gauge 18446744073709551615
# HELP a_difference Left.
# TYPE a_difference gauge
a_difference -1.5
# HELP some So far.
# TYPE some counter
some_total{route="/a",method="GET"} 3
# HELP taken_seconds How long.
# TYPE taken_seconds histogram
taken_seconds_bucket{route="/a",le="0.5"} 1
taken_seconds_bucket{route="/a",le="1.0"} 2
taken_seconds_bucket{route="/a",le="10.0"} 2
taken_seconds_bucket{route="/a",le="+Inf"} 3
taken_seconds_sum{route="/a"} 61.25
taken_seconds_count{route="/a"} 3
taken_seconds_bucket{le="0.5"} 0
taken_seconds_bucket{le="1.0"} 0
taken_seconds_bucket{le="10.0"} 0
taken_seconds_bucket{le="+Inf"} 0
taken_seconds_sum 0
taken_seconds_count 0
# EOF
)");
}

TEST_CASE("a label may be any text")
{
    CHECK(labelled("") == R"("")");
    CHECK(labelled("/a/{b}") == R"("/a/{b)"); // up to the brace that `labelled` looks for
    CHECK(labelled("a\"b\\c\nd") == R"("a\"b\\c\nd")");
    CHECK(labelled("größe") == R"("größe")");
    CHECK(labelled("caf\xe9 \xff") == R"("caf? ?")");
}

TEST_CASE("a duration counts in the bucket whose bound it does not exceed")
{
    internal::histogram taken(bounds);
    taken.add(0s);
    taken.add(500ms);
    taken.add(501ms);
    taken.add(10s);
    taken.add(10'001ms);
    CHECK(std::vector(taken.counts().begin(), taken.counts().end()) ==
          std::vector<std::uint64_t>{2, 1, 1, 1});
    CHECK(taken.count() == 5);
}
