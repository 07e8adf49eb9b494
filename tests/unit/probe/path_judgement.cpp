// SPDX-License-Identifier: BSL-1.0
#include <tidings/probe/detail/path_verdict.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace tidings::detail;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using std::chrono::milliseconds;

namespace {

std::vector<milliseconds> prompt()
{
    std::vector<milliseconds> all;
    all.reserve(beat_count);
    for (int i = 0; i < beat_count; ++i)
        all.push_back(130ms + i * beat_period);
    return all;
}

std::vector<path_symptom> symptoms(path_observation const& seen)
{
    std::vector<path_symptom> all;
    for (auto const& each : judge(seen))
        all.push_back(each.what);
    return all;
}

using headers = std::map<std::string, std::string>;

header_source from(headers const& all)
{
    return [&all](std::string_view name) {
        auto const found = all.find(std::string(name));
        return found == all.end() ? std::string() : found->second;
    };
}

path_guess guess(headers const& request, headers const& response)
{
    return guess_proxies(from(request), from(response));
}

} // namespace

TEST_CASE("events that come when they are sent are well")
{
    CHECK(judge({.arrived = prompt(), .protocol = "h2"}).empty());
    CHECK_THAT(verdict({.arrived = prompt(), .protocol = "h2"}, {}), ContainsSubstring("# All is well"));
}

TEST_CASE("a pause that ends is no buffer")
{
    auto arrived = prompt();
    arrived[7] += 350ms; // and three come with it
    arrived[8] = arrived[9] = arrived[10] = arrived[7];
    CHECK(judge({.arrived = arrived, .protocol = "h2"}).empty());
}

TEST_CASE("events that come in heaps have been buffered")
{
    using enum path_symptom;
    std::vector<milliseconds> const all_at_the_end(beat_count, 2100ms);
    CHECK(symptoms({.arrived = all_at_the_end, .protocol = "h2"}) == std::vector{buffers});
    auto in_two_heaps = prompt();
    std::fill_n(in_two_heaps.begin(), 10, 1030ms);
    std::fill_n(in_two_heaps.begin() + 10, 10, 2030ms);
    CHECK(symptoms({.arrived = in_two_heaps, .protocol = "h2"}) == std::vector{buffers});
    auto const said = judge({.arrived = all_at_the_end, .protocol = "h2"}).at(0).said;
    CHECK_THAT(said,
               ContainsSubstring("buffers\nUp to 20 events came together, the first of them 1.9 s late"));
}

TEST_CASE("each symptom has its own finding")
{
    using enum path_symptom;
    path_observation seen{.arrived = prompt(), .protocol = "http/1.1", .encoding = "gzip"};
    CHECK(symptoms(seen) == std::vector{compresses, http1});
    seen.silence_cut_after = 30s;
    CHECK(symptoms(seen) == std::vector{compresses, cuts_silence, http1});
    CHECK_THAT(judge(seen).at(1).said, ContainsSubstring("keep_alive to 15.0 s or less"));
    seen.traffic_cut_after = 31s;
    CHECK(symptoms(seen) == std::vector{compresses, cuts_all, http1});
    seen.arrived.resize(5);
    CHECK(symptoms(seen).at(0) == loses_beats);
    CHECK(symptoms({}) == std::vector{loses_beats});
}

TEST_CASE("headers give proxies away")
{
    using enum path_proxy;
    CHECK(guess({}, {{"Server", "nginx/1.22.1"}}).known == std::vector{nginx});
    CHECK(guess({{"CF-Ray", "8a"}}, {{"Server", "nginx"}}).known == std::vector{cloudflare, nginx});
    CHECK(guess({{"Via", "1.1 google"}, {"X-Cloud-Trace-Context", "1"}}, {}).known == std::vector{google});
    CHECK(guess({{"X-Amzn-Trace-Id", "Root=1"}}, {}).known == std::vector{aws});
    CHECK(guess({}, {{"Via", "1.1 Caddy"}}).known == std::vector{caddy});
    CHECK(guess({{"X-Envoy-External-Address", "::1"}}, {}).known == std::vector{envoy});
    CHECK_FALSE(guess({}, {}).has_unknown);
    auto const some = guess({{"X-Forwarded-For", "10.0.0.1"}}, {});
    CHECK(some.known.empty());
    CHECK(some.has_unknown);
}

TEST_CASE("a known proxy gets its settings alone, an unknown one those of all")
{
    path_observation const seen{
        .arrived = prompt(), .protocol = "h2", .encoding = {}, .silence_cut_after = 1s};
    auto const known = verdict(seen, {.known = {path_proxy::haproxy}});
    CHECK_THAT(known, ContainsSubstring("# On the path: HAProxy"));
    CHECK_THAT(known, ContainsSubstring("HAProxy:\n    timeout client 1h\n    timeout server 1h\n"));
    CHECK_THAT(known, !ContainsSubstring("nginx:"));
    auto const unknown = verdict(seen, {.known = {}, .has_unknown = true});
    CHECK_THAT(unknown, ContainsSubstring("# On the path: a proxy"));
    for (auto const each : all_proxies)
        CHECK_THAT(unknown, ContainsSubstring(std::string(name_of(each)) + ":\n    "));
    // Of one that cannot be the cause the others are shown.
    auto const other = verdict({.arrived = std::vector<milliseconds>(beat_count, 2100ms), .protocol = "h2"},
                               {.known = {path_proxy::aws}});
    CHECK_THAT(other, ContainsSubstring("nginx:\n    proxy_buffering off;"));
}
