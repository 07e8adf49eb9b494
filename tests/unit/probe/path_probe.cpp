// SPDX-License-Identifier: BSL-1.0
#include <tidings/probe/detail/path_judgement.hpp>
#include <tidings/probe/path_probe.hpp>
#include <tidings/testing/app.hpp>
#include <tidings/testing/virtual_time.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <string>

using namespace tidings;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

class probe_fixture
{
public:
    testing::virtual_time time;
    server served{time.loop(), {.keep_alive = 5s}};
    testing::app app{served, time};

    probe_fixture() { path_probe(served, "/probe"); }
};

} // namespace

TEST_CASE_METHOD(probe_fixture, "the page of a probe has all that it needs")
{
    auto const page = app.get("/probe");
    CHECK(page.status() == 200);
    CHECK_THAT(page.text(), ContainsSubstring("<title>The path of event streams</title>"));
    CHECK_THAT(page.text(), !ContainsSubstring("src=") && !ContainsSubstring("https://"));
}

TEST_CASE_METHOD(probe_fixture, "the beats of a probe come one by one and then end")
{
    auto beats = app.get("/probe/beats");
    time.advance(detail::beat_period * 3);
    CHECK(beats.events().size() == 3);
    time.advance(detail::beat_period * detail::beat_count);
    REQUIRE(beats.events().size() == detail::beat_count);
    CHECK(beats.events().back().data() == std::to_string(detail::beat_count - 1));
    CHECK(beats.is_over());
}

TEST_CASE_METHOD(probe_fixture, "one stream of a probe is silent, and one is not")
{
    auto silence = app.get("/probe/silence?seconds=600");
    auto traffic = app.get("/probe/traffic?seconds=600");
    time.advance(599s);
    CHECK(silence.comments().empty());
    CHECK(silence.events().size() == 1);
    CHECK(traffic.comments().size() >= 590);
    time.advance(2s);
    CHECK(silence.events().back().type() == "end");
    CHECK(traffic.events().back().type() == "end");
    for (char const* wrong : {"", "?seconds=0", "?seconds=601", "?seconds=1.5", "?seconds=x"})
        CHECK(app.get(std::string("/probe/silence") + wrong).status() == 400);
}

TEST_CASE_METHOD(probe_fixture, "a verdict names the proxy of the request that asks for it")
{
    auto const all_late = [] {
        std::string times = "arrived:";
        for (int i = 0; i < detail::beat_count; ++i)
            times += " 2100";
        return times;
    }();
    auto const told = app.send(request::post("/probe/verdict", all_late + "\nprotocol: http/1.1\n")
                                   .with_header("CF-Ray", "8a1")
                                   .with_header("Content-Type", "text/plain"));
    CHECK(told.status() == 200);
    CHECK_THAT(told.text(), ContainsSubstring("# On the path: Cloudflare"));
    CHECK_THAT(told.text(), ContainsSubstring("# Something on the path buffers"));
    CHECK(app.post("/probe/verdict", "colour: red").status() == 400);
}
