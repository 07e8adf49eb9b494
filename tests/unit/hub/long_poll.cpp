// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/long_poll.hpp>

#include "support.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

asio::awaitable<response> poll(topic_list const& topics, long_poll_options options, context ctx,
                               request const& asked)
{
    return long_poll(std::move(ctx), asked, topics, options);
}

asio::awaitable<std::string> body_of_poll(context ctx, request const& asked, topic of)
{
    auto const answer = co_await long_poll(std::move(ctx), asked, of);
    co_return answer.body();
}

class poll_fixture
{
public:
    virtual_time time;
    context_scope root = context::root(time.loop().get_executor());
    topic orders{{.name = "orders", .max_events = 3}};
    topic alerts{{.name = "alerts", .max_events = 3}};
    long_poll_options options{.wait_timeout = 10s};

    topic_list both() const
    {
        topic_list list;
        list.add(orders).add(alerts);
        return list;
    }

    handler polling(topic_list const& topics) const { return std::bind_front(poll, topics, options); }
    handler polling() const
    {
        topic_list list;
        list.add(orders);
        return polling(list);
    }

    std::string id(int number) const
    {
        std::string const newest = orders.position();
        return newest.substr(0, newest.rfind('-') + 1) + std::to_string(number);
    }
};

std::string body_of(stream& asking)
{
    REQUIRE(asking.is_over());
    CHECK(asking.status() == 200);
    return asking.text();
}

} // namespace

// What is there is answered at once, all of it.
TEST_CASE_METHOD(poll_fixture, "a long poll gets what it has missed")
{
    for (auto const* data : {"a", "b\nc", "d"})
        orders.publish({.data = data});
    stream asking(time, polling(), coming_back_with(id(1)));
    CHECK(body_of(asking) == R"({"events":[{"id":")" + id(2) +
                                 R"(","type":"message","data":"b\u000ac"},{"id":")" + id(3) +
                                 R"(","type":"message","data":"d"}],"position":")" + id(3) + R"("})");
    CHECK(asking.head()->header("Cache-Control") == "no-store");
}

// With nothing to tell it waits for the first event; comments are none.
TEST_CASE_METHOD(poll_fixture, "a long poll waits")
{
    stream asking(time, polling(), request::get("/"));
    time.advance(9s);
    orders.publish_comment("still here");
    time.run_until_idle();
    CHECK_FALSE(asking.is_over());
    orders.publish({.type = "new", .data = "x"});
    time.run_until_idle();
    CHECK(body_of(asking) ==
          R"({"events":[{"id":")" + id(1) + R"(","type":"new","data":"x"}],"position":")" + id(1) + R"("})");
}

// Without an event the answer is empty; its position misses nothing that comes before the next question.
TEST_CASE_METHOD(poll_fixture, "a long poll ends in time")
{
    std::string const before = id(0);
    {
        stream asking(time, polling(), request::get("/"));
        time.advance(9999ms);
        CHECK_FALSE(asking.is_over());
        time.advance(1ms);
        CHECK(body_of(asking) == R"({"events":[],"position":")" + before + R"("})");
    }
    orders.publish({.data = "in between"});
    stream asking(time, polling(), coming_back_with(before));
    CHECK(body_of(asking).find("in between") != std::string::npos);
    options.wait_timeout = 0s;
    stream hurried(time, polling(), coming_back_with(before));
    CHECK(body_of(hurried).find("in between") != std::string::npos);
}

TEST_CASE_METHOD(poll_fixture, "answers to long polls are bounded")
{
    options.max_events = 2;
    for (auto const* data : {"a", "b", "c"})
        orders.publish({.data = data});
    stream first(time, polling(), coming_back_with(id(0)));
    CHECK(body_of(first).ends_with(R"("data":"b"}],"position":")" + id(2) + R"("})"));
    options.max_events = 100;
    options.answer_bytes = 1;
    stream second(time, polling(), coming_back_with(id(1)));
    CHECK(body_of(second).ends_with(R"("data":"b"}],"position":")" + id(2) + R"("})"));
}

// A gap is told as on a stream, and the position leads on from there.
TEST_CASE_METHOD(poll_fixture, "a long poll is told of a gap")
{
    for (int i = 0; i < 5; ++i)
        orders.publish({.data = "x"});
    stream asking(time, polling(), coming_back_with(id(1)));
    auto const body = body_of(asking);
    CHECK(body.starts_with(R"({"events":[{"id":"","type":"tidings-reset","data":"{\"reason\":\"evicted\")"));
    CHECK(body.ends_with(R"(],"position":")" + id(5) + R"("})"));
}

// However few events an answer may have: gaps of all topics are told in one, and none is passed over.
TEST_CASE_METHOD(poll_fixture, "a long poll is told of all gaps at once")
{
    options.max_events = 1;
    options.answer_bytes = 1;
    stream first(time, polling(both()), request::get("/"));
    alerts.publish({.data = "a"});
    time.run_until_idle();
    auto const position_in = [](std::string const& body) {
        auto const at = body.rfind(R"("position":")") + 12;
        return body.substr(at, body.size() - at - 2);
    };
    auto const place = position_in(body_of(first));
    for (int i = 0; i < 5; ++i) {
        orders.publish({.data = "x"});
        alerts.publish({.data = "x"});
    }
    stream second(time, polling(both()), coming_back_with(place));
    auto const body = body_of(second);
    CHECK(body.find(R"(\"topic\":\"orders\")") != std::string::npos);
    CHECK(body.find(R"(\"topic\":\"alerts\")") != std::string::npos);
    alerts.publish({.data = "later"});
    stream third(time, polling(both()), coming_back_with(position_in(body)));
    CHECK(body_of(third).find(R"("data":"later")") != std::string::npos);
    CHECK(body_of(third).find("tidings-reset") == std::string::npos);
}

TEST_CASE_METHOD(poll_fixture, "a long poll of several topics resumes each")
{
    stream first(time, polling(both()), request::get("/"));
    alerts.publish({.data = "a1"});
    time.run_until_idle();
    auto const body = body_of(first);
    auto const at = body.rfind(R"("position":")") + 12;
    std::string const position = body.substr(at, body.size() - at - 2);
    orders.publish({.data = "o1"});
    alerts.publish({.data = "a2"});
    stream second(time, polling(both()), coming_back_with(position));
    CHECK(body_of(second).find(R"("data":"o1")") != std::string::npos);
    CHECK(body_of(second).find(R"("data":"a2")") != std::string::npos);
    CHECK(body_of(second).find(R"("data":"a1")") == std::string::npos);
}

// Sent away, a client asks again; once all is closed and read it is told not to.
TEST_CASE_METHOD(poll_fixture, "a long poll of a topic that ends")
{
    stream waiting(time, polling(), request::get("/"));
    orders.disconnect();
    time.run_until_idle();
    CHECK(body_of(waiting).starts_with(R"({"events":[],)"));
    orders.publish({.data = "last"});
    orders.close();
    stream behind(time, polling(), coming_back_with(id(0)));
    CHECK(body_of(behind).find("last") != std::string::npos);
    stream done(time, polling(), coming_back_with(id(1)));
    REQUIRE(done.is_over());
    CHECK(done.status() == 204);
    CHECK(done.head()->header("Cache-Control") == "no-store");
}

// Sent away or cut it has not read to the end, also when the topic is closed meanwhile.
TEST_CASE_METHOD(poll_fixture, "a long poll of a topic that ends with events unread")
{
    orders.publish({.data = "before"});
    stream waiting(time, polling(), request::get("/"));
    std::string const before = id(1);
    bool const is_cut = GENERATE(false, true);
    if (is_cut)
        for (int i = 0; i < 5; ++i)
            orders.publish({.data = "x"});
    else
        orders.publish({.data = "bye"});
    if (!is_cut)
        orders.disconnect();
    orders.close();
    time.run_until_idle();
    std::string const place = is_cut ? id(2) : before; // behind it, the history has lost something
    CHECK(body_of(waiting) == R"({"events":[],"position":")" + place + R"("})");
    stream again(time, polling(), coming_back_with(place));
    CHECK(body_of(again).find(is_cut ? "tidings-reset" : "bye") != std::string::npos);
    stream done(time, polling(), coming_back_with(orders.position()));
    REQUIRE(done.is_over());
    CHECK(done.status() == 204);
}

// What comes in the turn that ends the wait is in the answer.
TEST_CASE_METHOD(poll_fixture, "a long poll gets what comes as its wait ends")
{
    auto limited = with_cancel(root);
    auto const asked = request::get("/");
    auto const polled = run(time, body_of_poll(limited, asked, orders));
    orders.publish({.data = "a"});
    limited.cancel();
    time.run_until_idle();
    REQUIRE(polled->value);
    CHECK(polled->value->ends_with(R"("data":"a"}],"position":")" + id(1) + R"("})"));
}

TEST_CASE_METHOD(poll_fixture, "a long poll ends with its client")
{
    stream leaving(time, polling(), request::get("/"));
    CHECK(orders.subscribers() == 1);
    leaving.leave();
    CHECK(leaving.is_over());
    CHECK(orders.subscribers() == 0);
}
