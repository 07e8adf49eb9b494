// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/health.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace tidings;
using namespace std::chrono_literals;

namespace {

constexpr time_point now = time_point() + 1h;
constexpr time_point not_yet{};
constexpr time_point draining = time_point::max();

std::optional<internal::server_figures> server_with(std::vector<time_point> beats)
{
    internal::server_figures figures;
    figures.beats = std::move(beats);
    return figures;
}

std::string liveness_of(std::vector<time_point> beats)
{
    auto const said = detail::health_of_loops(server_with(std::move(beats)), now, 5s);
    CHECK(said.is_well == (said.reason == "ok"));
    return said.reason;
}

std::string readiness_of(std::vector<time_point> beats, std::map<std::string, bool> const& store_is_away = {})
{
    auto const said = detail::health_of_service(server_with(std::move(beats)), store_is_away, now, 5s);
    CHECK(said.is_well == (said.reason == "ok"));
    return said.reason;
}

} // namespace

TEST_CASE("a loop is stuck when it has not shown itself for long enough")
{
    CHECK(liveness_of({now - 1s, now - 2s}) == "ok");
    CHECK(liveness_of({now - 4999ms}) == "ok");
    CHECK(liveness_of({now - 1s, now - 5s, now}) == "loop 2 of 3 has been stuck for 5 s");
    CHECK(liveness_of({now - 1min}) == "loop 1 of 1 has been stuck for 60 s");
}

TEST_CASE("a loop that has not begun, drains or has ended is not stuck")
{
    CHECK(liveness_of({not_yet, now}) == "ok");
    CHECK(liveness_of({draining, draining}) == "ok");
    CHECK(detail::health_of_loops(std::nullopt, now, 5s).is_well);
}

TEST_CASE("a server is ready while all of its loops run and no store is away")
{
    CHECK(readiness_of({now, now - 1s}) == "ok");
    CHECK(readiness_of({now}, {{"one", false}, {"another", false}}) == "ok");
    CHECK(readiness_of({now, not_yet}) == "the server has not started yet");
    CHECK(readiness_of({now, draining}) == "the server is stopping");
    CHECK(readiness_of({draining, now - 1min}) == "the server is stopping");
    CHECK(readiness_of({now, now - 6s}) == "loop 2 of 2 has been stuck for 6 s");
    CHECK_FALSE(detail::health_of_service(std::nullopt, {}, now, 5s).is_well);
}

TEST_CASE("which store is away is not said to strangers")
{
    CHECK(readiness_of({now}, {{"one", false}, {"redis://secret.example", true}}) == "a store is away");
}
