// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/shared_state.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <limits>

using tidings::detail::plan_descriptors;

// Whatever a process may open, all uses together never need more, and some are left for the application.
TEST_CASE("descriptors are shared out")
{
    for (std::size_t const allowed : {16u, 64u, 256u, 1024u, 65'536u, 1'048'576u}) {
        auto const plan = plan_descriptors(allowed, 100'000);
        CHECK(plan.connections >= 1);
        CHECK(plan.refused >= 1);
        CHECK(plan.files >= 1);
        CHECK(plan.connections + plan.refused + plan.files + 4 <= allowed);
    }
    CHECK(plan_descriptors(256, 100'000).connections == 144);
    CHECK(plan_descriptors(1024, 100'000).connections == 768);
}

// No more connections are served than was asked for, however many descriptors there are.
TEST_CASE("connections are bounded also where descriptors are not")
{
    CHECK(plan_descriptors(std::numeric_limits<std::size_t>::max(), 100'000).connections == 100'000);
    CHECK(plan_descriptors(1024, 10).connections == 10);
    CHECK(plan_descriptors(0, 10).connections == 1);
}
