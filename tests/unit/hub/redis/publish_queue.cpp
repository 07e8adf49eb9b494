// SPDX-License-Identifier: BSL-1.0
// What is on its way to an engine: in order, once, whatever the engine refuses and whenever it is lost.
#include <tidings/hub/redis/detail/publish_queue.hpp>
#include <tidings/net/redis/internal/engine_fault.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::detail;
using Catch::Matchers::ContainsSubstring;
using internal::engine_fault;
using internal::engine_reply;

namespace {

using texts = std::vector<std::string>;

class queue_user
{
public:
    publish_queue queue;
    texts sent;    ///< "text after N" of each
    texts kept;    ///< "text=number"
    texts refused; ///< "text: why"

    void add(std::string const& text, time_point since = {})
    {
        queued_publish event{};
        event.value.text = text;
        event.since = since;
        event.when_kept = [this, text](topic_store::kept const& got) { note(text, got); };
        queue.push(std::move(event));
    }
    texts send()
    {
        sent.clear();
        while (auto const* const next = queue.take())
            sent.push_back(next->value.text + " after " + std::to_string(next->before));
        return sent;
    }
    void answer(std::string const& text, engine_reply::kind what = engine_reply::kind::text)
    {
        engine_reply got;
        got.what = what;
        got.text = text;
        if (auto const done = queue.answer(got))
            done->when_kept({.error = {}, .number = done->value.number});
    }
    void fail(std::string const& text) { answer(text, engine_reply::kind::error); }

private:
    void note(std::string const& text, topic_store::kept const& got)
    {
        try {
            if (got.error)
                std::rethrow_exception(got.error);
            kept.push_back(text + "=" + std::to_string(got.number));
        } catch (std::exception const& error) {
            refused.push_back(text + ": " + error.what());
        }
    }
};

} // namespace

// Each event names the one before it; what the engine has kept is told with its number.
TEST_CASE_METHOD(queue_user, "events on their way")
{
    for (auto const* each : {"a", "b", "c"})
        add(each);
    CHECK(send() == texts{"a after 0", "b after 1", "c after 2"});
    answer("11");
    answer("12");
    CHECK(kept == texts{"a=11", "b=12"});
    add("d");
    CHECK(send() == texts{"d after 3"});
}

// An event that is refused has those behind it refused as well: they go again, in order, when all have been
// answered, and none before them.
TEST_CASE_METHOD(queue_user, "an event that the engine refuses")
{
    for (auto const* each : {"a", "b", "c"})
        add(each);
    send();
    answer("11");
    fail("OOM no memory");
    CHECK(send().empty());
    add("d");
    CHECK(send() == texts{"d after 3"});
    fail("GAP");
    CHECK(send().empty());
    fail("GAP");
    CHECK(send() == texts{"c after 1", "d after 3"});
    answer("12");
    answer("13");
    CHECK(kept == texts{"a=11", "c=12", "d=13"});
    REQUIRE(refused.size() == 1);
    CHECK_THAT(refused[0],
               ContainsSubstring("b: tidings: the event is not kept") && ContainsSubstring("OOM"));
}

// Several are refused one after the other.
TEST_CASE_METHOD(queue_user, "an engine that refuses several events")
{
    for (auto const* each : {"a", "b", "c", "d"})
        add(each);
    send();
    fail("OOM");
    fail("GAP");
    fail("OOM");
    fail("GAP");
    CHECK(refused.size() == 2);
    CHECK(send() == texts{"b after 0", "d after 2"});
}

// What was not answered goes again on the next connection, behind what the engine has: the answers to those
// that it had are told, and nothing is told twice.
TEST_CASE_METHOD(queue_user, "a connection is lost")
{
    for (auto const* each : {"a", "b", "c"})
        add(each);
    send();
    answer("11");
    std::uint64_t const last = GENERATE(1u, 2u, 3u);
    queue.begin_anew(last);
    CHECK(send() == texts{"b after " + std::to_string(last),
                          "c after " + std::to_string(std::max<std::uint64_t>(last, 2))});
    answer("12");
    answer("13");
    CHECK(kept == texts{"a=11", "b=12", "c=13"});
}

// An engine that was rolled back has less than it had answered; what comes goes behind what it has.
TEST_CASE_METHOD(queue_user, "an engine that has forgotten events")
{
    for (auto const* each : {"a", "b", "c"})
        add(each);
    send();
    answer("11");
    answer("12");
    queue.begin_anew(0);
    CHECK(send() == texts{"c after 0"});
}

// What it had answered and has lost goes again, before all that came behind it.
TEST_CASE_METHOD(queue_user, "an engine that has forgotten events which it is waited for")
{
    for (auto const* each : {"a", "b", "c", "d"})
        add(each);
    send();
    std::vector<queued_publish> lost;
    for (auto const* each : {"11", "12", "13"}) {
        engine_reply got{.what = engine_reply::kind::text, .text = each};
        lost.push_back(*queue.answer(got));
    }
    lost.erase(lost.begin());
    queue.begin_anew(1, lost);
    CHECK(send() == texts{"b after 1", "c after 2", "d after 3"});
}

// An own id that the topic knows, and a gap in a producer's numbers, are the publisher's mistake; of a repeat
// that is too old the number is not known. What comes behind them is not held up.
TEST_CASE_METHOD(queue_user, "events that the engine knows")
{
    for (auto const* each : {"a", "b", "c"})
        add(each);
    send();
    answer("0");
    answer("duplicate");
    answer("gap 7");
    REQUIRE(refused.size() == 2);
    CHECK_THAT(refused[0], ContainsSubstring("has been published on this topic already"));
    CHECK_THAT(refused[1], ContainsSubstring("c: ") && ContainsSubstring("the last one was 7"));
    CHECK(kept == texts{"b=0"});
    add("d");
    CHECK(send() == texts{"d after 3"});
}

// What means that the engine is away, and what it cannot have said, ends the connection and harms no event.
TEST_CASE_METHOD(queue_user, "answers that end a connection")
{
    add("a");
    add("b");
    send();
    SECTION("errors")
    {
        auto const* const error = GENERATE("LIFE", "LOADING", "READONLY", "NOSCRIPT", "BUSY", "NOAUTH");
        CHECK_THROWS_AS(fail(error), engine_fault);
    }
    SECTION("nonsense")
    {
        CHECK_THROWS_AS(answer(GENERATE("x", "", "gap ", "gap x", "duplicates")), engine_fault);
    }
    SECTION("a gap where none is")
    {
        CHECK_THROWS_AS(fail("GAP"), engine_fault);
    }
    queue.begin_anew(0);
    CHECK(send() == texts{"a after 0", "b after 1"});
    CHECK(refused.empty());
}

// Behind a gap nothing can be kept.
TEST_CASE_METHOD(queue_user, "a number behind a gap")
{
    for (auto const* each : {"a", "b", "c"})
        add(each);
    send();
    fail("OOM");
    fail("GAP");
    CHECK_THROWS_AS(answer("5"), engine_fault);
}

// So many and so much are on their way at once.
TEST_CASE_METHOD(queue_user, "what is on its way is bounded")
{
    for (std::size_t i = 0; i < 300; ++i)
        add("e");
    CHECK(send().size() == 256);
    answer("1");
    CHECK(send().size() == 1);
    queue.begin_anew(300);
    queue.refuse_all("of the test");
    CHECK(refused.size() == 299);
    for (int i = 0; i < 5; ++i)
        add(std::string(2 * 1024 * 1024, 'x'));
    CHECK(send().size() == 2);
}

// What was never sent waits for so long; what was sent may be kept, and waits for its answer.
TEST_CASE_METHOD(queue_user, "events that wait for too long")
{
    time_point const begin = time_point() + 1h;
    add("a", begin);
    send();
    queue.begin_anew(0);
    add("b", begin + 1s);
    CHECK(queue.due(10s) == begin + 11s);
    queue.expire(begin + 10s, 10s);
    CHECK(refused.empty());
    queue.expire(begin + 11s, 10s);
    REQUIRE(refused.size() == 1);
    CHECK_THAT(refused[0], ContainsSubstring("b: ") && ContainsSubstring("not kept"));
    CHECK(queue.due(10s) == time_point::max());
    queue.refuse_all("the end");
    CHECK_THAT(refused.at(1), ContainsSubstring("a: ") && ContainsSubstring("it is unknown"));
}
