// SPDX-License-Identifier: BSL-1.0
#include <tidings/probe/detail/path_report.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace tidings::detail;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

TEST_CASE("a report says what a page has seen")
{
    auto const report = parse_report("arrived: 130 231 330\nprotocol: h2\nencoding: \nsilence-cut: 1000\n"
                                     "header-server: nginx: 1\nheader-via: 1.1 a, 1.1 b\n");
    REQUIRE(report);
    CHECK(report->seen.arrived == std::vector<milliseconds>{130ms, 231ms, 330ms});
    CHECK(report->seen.protocol == "h2");
    CHECK(report->seen.encoding.empty());
    CHECK(report->seen.silence_cut_after == 1000ms);
    CHECK_FALSE(report->seen.traffic_cut_after);
    CHECK(report->headers.at("server") == "nginx: 1");
    CHECK(report->headers.at("via") == "1.1 a, 1.1 b");
}

TEST_CASE("a report without anything is one of a stream that did not come")
{
    REQUIRE(parse_report(""));
    CHECK(parse_report("")->seen.arrived.empty());
}

TEST_CASE("what no page reports is refused")
{
    std::string many = "arrived:";
    for (int i = 0; i <= beat_count; ++i)
        many += " 1";
    CHECK_FALSE(parse_report(many));
    for (char const* text : {"arrived: -1", "arrived: one", "arrived: 1  2",
                             "silence-cut: ", "traffic-cut: 99999999999", "colour: red", "{}"})
        CHECK_FALSE(parse_report(text));
}
