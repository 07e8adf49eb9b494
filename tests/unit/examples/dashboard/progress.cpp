// SPDX-License-Identifier: BSL-1.0
#include "dashboard/progress.hpp"

#include <catch2/catch_test_macros.hpp>

using dashboard::parse_progress;
using dashboard::progress;

// Ninja counts steps, CMake's makefiles count per cent.
TEST_CASE("the counts of Ninja and make are read")
{
    CHECK(parse_progress("[12/40] Building CXX object a.cpp.o") == progress{12, 40});
    CHECK(parse_progress("[0/1] Re-running CMake") == progress{0, 1});
    CHECK(parse_progress("[ 30%] Building CXX object a.cpp.o") == progress{30, 100});
    CHECK(parse_progress("[100%] Built target a") == progress{100, 100});
}

// Whatever else stands in brackets is no progress, and numbers that make no sense are none either.
TEST_CASE("other lines are no progress")
{
    for (char const* line :
         {"", "[", "[]", "[12", "[12/", "[12/40", "[12/40]", "[12/40]x", "[a/b] c", "[1 / 2] c", "12/40 c",
          "[41/40] more done than there is", "[0/0] nothing to do", "[-1/4] c", "[101%] c",
          "[99999999999/99999999999] too large", "[INFO] Building", " [12/40] indented"}) {
        CAPTURE(line);
        CHECK(parse_progress(line) == std::nullopt);
    }
}
