// SPDX-License-Identifier: BSL-1.0
#include "dashboard/line_limit.hpp"

#include <catch2/catch_test_macros.hpp>

using dashboard::line_limit;
using lines = std::vector<std::string>;

namespace {

// Those of the lines 1 to `count` that are shown at once, in order.
lines take(line_limit& limit, int count)
{
    lines shown;
    for (int number = 1; number <= count; ++number) {
        std::string const line = std::to_string(number);
        if (limit.take(line))
            shown.push_back(line);
    }
    return shown;
}

} // namespace

// What fits is shown as it comes, and nothing is left to say at the end.
TEST_CASE("a short output is shown whole")
{
    line_limit limit(3, 10'000, 2);
    CHECK(take(limit, 3) == lines{"1", "2", "3"});
    CHECK(limit.kept_back() == 0);
    CHECK(limit.finish().empty());
}

// Behind the limit the last lines are kept; while nothing had to be left out, nothing says so.
TEST_CASE("what was kept back is shown at the end")
{
    line_limit limit(3, 10'000, 2);
    CHECK(take(limit, 5) == lines{"1", "2", "3"});
    CHECK(limit.kept_back() == 2);
    CHECK(limit.finish() == lines{"4", "5"});
}

// Of a long output the beginning and the end are shown, and how many lines lie between.
TEST_CASE("what is left out is counted")
{
    line_limit limit(3, 10'000, 2);
    CHECK(take(limit, 100) == lines{"1", "2", "3"});
    CHECK(limit.kept_back() == 97);
    CHECK(limit.finish() == lines{"… 95 lines are left out here …", "99", "100"});
}

// Long lines use the room up as many short ones do; a short line behind one that was kept back does not pass
// it.
TEST_CASE("bytes are bounded, and the order stays")
{
    line_limit limit(100, 1'000, 2);
    CHECK(limit.take(std::string(700, 'x')));
    CHECK_FALSE(limit.take(std::string(500, 'y')));
    CHECK_FALSE(limit.take("short"));
    CHECK(limit.finish() == lines{std::string(500, 'y'), "short"});
}
