// SPDX-License-Identifier: BSL-1.0
// Events whose publishers wait for more than that the engine has them: what it is asked, and what they are
// told.
#include <tidings/hub/redis/detail/confirmations.hpp>
#include <tidings/net/redis/internal/engine_fault.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::detail;
using Catch::Matchers::ContainsSubstring;
using internal::engine_fault;
using internal::engine_info;

namespace {

using lines = std::vector<std::string>;

std::string info(std::string const& run)
{
    std::string const text =
        "redis_version:7.2.4\r\nrole:master\r\nrun_id:" + run + "\r\nmaster_replid:m\r\n";
    return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

class waiting_publishers
{
public:
    lines told; ///< "number: replicas", and "only stored"
    time_point now = time_point() + 1h;
    confirmations of{10s, [this](kept_publish const& done) {
                         told.push_back(std::to_string(done.answer.number) + ": " +
                                        std::to_string(done.answer.replicas) +
                                        (done.answer.stored_only ? " only stored" : ""));
                     }};

    void add(std::uint64_t sequence, redis_promise const& promise)
    {
        queued_publish event{};
        event.sequence = sequence;
        event.value.number = 100 + sequence;
        event.promise = promise;
        of.add(std::move(event), now);
    }
    void connect()
    {
        if (!of.begin(now))
            return;
        of.connected(internal::parse_engine_url("redis://engine"), "r m", {"WRITE"}, now);
        CHECK(asked() == lines{"INFO"});
        answer(info("r"));
    }
    /// Commands, each with its words joined.
    lines asked()
    {
        internal::reply_reader reader;
        reader.feed(of.take_output());
        lines all;
        while (auto const next = reader.next()) {
            all.emplace_back();
            for (auto const& word : next->items)
                all.back() += (all.back().empty() ? "" : " ") + word.text;
        }
        return all;
    }
    void answer(std::string const& bytes) { of.receive(bytes, now); }
    lines take_told() { return std::exchange(told, {}); }
};

} // namespace

// Those that come while the engine waits are waited for together, each with others of its promise.
TEST_CASE_METHOD(waiting_publishers, "publishers that wait for replicas")
{
    redis_promise const one{.replicas = 1, .within = 200ms};
    redis_promise const two{.replicas = 2, .within = 1s};
    CHECK_FALSE(of.begin(now));
    add(1, one);
    connect();
    CHECK(asked() == lines{"WRITE", "WAIT 1 200"});
    CHECK_FALSE(of.begin(now));
    add(2, one);
    add(3, two);
    add(4, one);
    CHECK(asked().empty());
    answer(":1\r\n");
    CHECK(told.empty());
    answer(":1\r\n");
    CHECK(take_told() == lines{"101: 1"});
    CHECK(asked() == lines{"WRITE", "WAIT 1 200"});
    answer(":1\r\n:0\r\n");
    CHECK(take_told() == lines{"102: 0 only stored", "104: 0 only stored"});
    CHECK(asked() == lines{"WRITE", "WAIT 2 1000"});
    answer(":1\r\n:3\r\n");
    CHECK(take_told() == lines{"103: 3"});
    CHECK(of.due() == time_point::max());
}

// The engine's own disk counts, and those of replicas.
TEST_CASE_METHOD(waiting_publishers, "publishers that wait for disks")
{
    redis_promise const promise{.replicas = 1, .synced = true, .within = 0s};
    struct answers
    {
        char const* answer;
        char const* told;
    };
    connect();
    std::uint64_t sequence = 0;
    for (auto const& each :
         {answers{"*2\r\n:1\r\n:1\r\n", ": 1"}, answers{"*2\r\n:0\r\n:1\r\n", ": 1 only stored"},
          answers{"*2\r\n:1\r\n:0\r\n", ": 0 only stored"},
          answers{"-ERR WAITAOF cannot be used\r\n", ": 0 only stored"}}) {
        add(++sequence, promise);
        connect();
        CHECK(asked() == lines{"WRITE", "WAITAOF 1 1 1"}); // 0 would be for ever
        answer(":1\r\n");
        answer(each.answer);
        CHECK(take_told() == lines{std::to_string(100 + sequence) + each.told});
    }
}

// An engine that is another one, that is silent, or has forgotten this process, is away.
TEST_CASE_METHOD(waiting_publishers, "engines that cannot be waited for")
{
    add(1, {.replicas = 1, .within = 500ms});
    SECTION("another one")
    {
        of.begin(now);
        of.connected(internal::parse_engine_url("redis://engine"), "r m", {"WRITE"}, now);
        CHECK_THROWS_AS(answer(info("x")), engine_fault);
    }
    SECTION("one that is not reached")
    {
        of.begin(now);
        CHECK(of.due() == now + 10s);
        of.check(now + 9s);
        CHECK_THROWS_AS(of.check(now + 10s), engine_fault);
    }
    SECTION("one that is silent")
    {
        connect();
        CHECK(of.due() == now + 10s + 500ms);
        of.check(now + 10s);
        CHECK_THROWS_AS(of.check(now + 11s), engine_fault);
    }
    SECTION("one that has forgotten")
    {
        connect();
        CHECK_THROWS_AS(answer(":0\r\n"), engine_fault);
    }
    of.disconnected();
    CHECK(told.empty());
    CHECK(of.due() == time_point::max());
    connect();
    answer(":1\r\n:1\r\n");
    CHECK(told == lines{"101: 1"});
}

// What the engine has lost is given back in order, whatever it was asked for; the end tells the others.
TEST_CASE_METHOD(waiting_publishers, "an engine that was waited for is lost")
{
    add(1, {.replicas = 1});
    connect();
    add(2, {.replicas = 2});
    add(3, {.replicas = 1});
    answer(":1\r\n:1\r\n"); // of the first; now the second is asked for
    of.disconnected();
    add(4, {.replicas = 1});
    auto const lost = of.take_lost(2);
    REQUIRE(lost.size() == 2);
    CHECK(lost[0].sequence == 3);
    CHECK(lost[1].sequence == 4);
    of.end();
    CHECK(told == lines{"101: 1", "102: 0 only stored"});
}

// An engine that cannot tell whether an event is on its disk says why, and what to do.
TEST_CASE("promises that an engine cannot keep")
{
    auto const why = [](redis_promise const& promise, engine_info const& by) {
        try {
            if (auto const error = refusal_of(promise, by))
                std::rethrow_exception(error);
            return std::string();
        } catch (std::exception const& error) {
            return std::string(error.what());
        }
    };
    engine_info const old{.version = "7.0.15", .has_append_file = true};
    CHECK_THAT(why({.synced = true}, old),
               ContainsSubstring("7.0.15") && ContainsSubstring("appendfsync always"));
    CHECK_THAT(why({.synced = true}, {.has_true_waitaof = true}), ContainsSubstring("appendonly yes"));
    CHECK(why({.synced = true}, {.has_true_waitaof = true, .has_append_file = true}).empty());
    CHECK(why({.replicas = 3}, old).empty());
}
