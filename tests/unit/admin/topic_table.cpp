// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/topic_table.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace tidings;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Matches;
using detail::topic_row;
using detail::topic_table;

namespace {

constexpr time_point start = time_point() + 1h;

topic_row row(std::string name, std::uint64_t lag, std::size_t followers, std::uint64_t published)
{
    topic_row made{.name = std::move(name), .stats = {}};
    made.stats.max_lag = lag;
    made.stats.subscribers = followers;
    made.stats.published = published;
    return made;
}

std::vector<topic_row> three()
{
    return {row("idle", 0, 0, 900), row("late", 12, 1, 50), row("busy", 0, 30, 100)};
}

std::string first_by(std::string_view order)
{
    return topic_table(order, "").show(three(), start);
}

} // namespace

TEST_CASE("topics are ordered as the page asks, and a lagging one comes first where it does not say")
{
    CHECK_THAT(first_by("lag"), ContainsSubstring(R"({"count":3,"rows":[{"name":"late",)"));
    CHECK_THAT(first_by("invented"), ContainsSubstring(R"("rows":[{"name":"late",)"));
    CHECK_THAT(first_by("followers"), ContainsSubstring(R"("rows":[{"name":"busy",)"));
    CHECK_THAT(first_by("published"), ContainsSubstring(R"("rows":[{"name":"idle",)"));
    CHECK_THAT(first_by("name"), Matches(R"(.*"busy".*"idle".*"late".*)"));
}

TEST_CASE("topics are found by a part of their names")
{
    topic_table const table("lag", "PRIces/a");
    CHECK(table.wants("all/Prices/ACME"));
    CHECK_FALSE(table.wants("prices/b"));
    CHECK(topic_table("lag", "").wants(""));
}

TEST_CASE("of very many topics the first are shown, with the number of all")
{
    std::vector<topic_row> many;
    for (std::size_t i = 0; i < 1'000; ++i)
        many.push_back(row("t" + std::to_string(i), i, 0, 0));
    auto const shown = topic_table("lag", "").show(many, start);
    CHECK_THAT(shown, ContainsSubstring(R"({"count":1000,)") && ContainsSubstring(R"("t999")") &&
                          ContainsSubstring(R"("t950")") && !ContainsSubstring(R"("t949")"));
}

TEST_CASE("what is published a second is told from the second look on")
{
    topic_table table("lag", "");
    CHECK_THAT(table.show({row("a", 0, 0, 100)}, start), ContainsSubstring(R"("rate":0.0)"));
    CHECK_THAT(table.show({row("a", 0, 0, 105), row("b", 0, 0, 9)}, start + 2s),
               ContainsSubstring(R"("rate":2.5)") && ContainsSubstring(R"("name":"b")"));
    CHECK_THAT(table.show({row("a", 0, 0, 1)}, start + 4s), ContainsSubstring(R"("rate":0.0)"));
}
