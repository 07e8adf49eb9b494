// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/topic.hpp>

#include "overflow_fixture.hpp"
#include "support.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cstddef>
#include <string>

using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;

// The slow follower goes on with what is there, and is told how many it has missed.
TEST_CASE_METHOD(overflow_fixture, "drop_oldest")
{
    topic news = make(overflow::drop_oldest);
    stream slow(time, following(news), request::get("/"));
    stream quick(time, following(news), request::get("/"));
    slow.stop_reading(5);
    std::size_t drops = 0;
    for (auto const* data : {"a", "b", "c", "d", "e", "f"})
        drops += publish(news, data).drops;
    CHECK(drops == 2); // b and c; a had begun to leave
    CHECK(news.stats().dropped == 2);
    CHECK(news.stats().lagging == 1);
    CHECK(news.stats().max_lag == 5);
    slow.resume_reading();
    CHECK(data_of(quick) == texts{"a", "b", "c", "d", "e", "f"});
    REQUIRE(slow.events().size() == 5);
    CHECK(slow.events()[1].type() == "tidings-reset");
    CHECK(slow.events()[1].data().starts_with(R"({"reason":"overflowed","oldest":")"));
    CHECK(slow.events()[1].data().ends_with(R"(,"dropped":2})"));
    CHECK(slow.events()[2].data() == "d");
    CHECK(slow.events()[4].data() == "f");
    CHECK_FALSE(slow.why_cut());
    CHECK(news.stats().lagging == 0);
    publish(news, "g");
    CHECK(slow.events().back().data() == "g"); // it keeps pace again
}

// A gap may grow until the connection takes something again: then it is told, once.
TEST_CASE_METHOD(overflow_fixture, "drop_oldest for a connection that takes nothing")
{
    topic news = make(overflow::drop_oldest);
    server_options options;
    options.queue_bytes = GENERATE(std::size_t{1'000'000}, std::size_t{1'000});
    stream slow(time, following(news), request::get("/"), options);
    slow.stop_reading(5);
    publish(news, std::string(5'000, 'x')); // has begun to leave
    for (int burst = 0; burst < 2; ++burst) {
        for (int i = 0; i < 6; ++i)
            news.publish({.data = "x"});
        time.run_until_idle();
    }
    slow.resume_reading();
    CHECK_FALSE(slow.why_cut());
    REQUIRE(slow.events().size() == 5);
    CHECK(slow.events()[1].type() == "tidings-reset");
    CHECK(slow.events()[1].data().ends_with(R"(,"dropped":9})"));
}
