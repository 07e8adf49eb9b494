// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/cursor.hpp>
#include <tidings/hub/detail/registry_state.hpp>
#include <tidings/hub/subscription.hpp>
#include <tidings/hub/topic.hpp>

#include "../support.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace tidings;
using namespace tidings::test;
using tidings::testing::stream;
using tidings::testing::virtual_time;

namespace {

asio::awaitable<void> attach_to(topic const* news, context, request const&, event_stream& out)
{
    news->attach(out);
    co_return;
}

/// Counts how often it is told, and then throws if it is to.
class member final : public detail::reader
{
public:
    member(topic const& of, asio::io_context& loop, bool throws) : throws_(throws)
    {
        detail::topic_state& state = tidings::internal::access::state(of);
        {
            std::lock_guard const guard(state.registry()->lock());
            at.enter(state, loop.get_executor(), std::nullopt, from_newest(), {});
        }
        at.join(*this);
    }

    void take(detail::cursor&, detail::batch const&) override
    {
        ++told;
        if (throws_)
            throw std::runtime_error("no");
    }

    detail::cursor at;
    int told = 0;

private:
    bool throws_;
};

/// Subscriptions on a loop that runs when a test says so.
class group_fixture
{
public:
    asio::io_context loop;
    context_scope root = context::root(loop.get_executor());
    std::optional<topic> news = topic({.name = "news"});

    std::unique_ptr<subscription> follow() const { return std::make_unique<subscription>(root, *news); }
};

} // namespace

// Who follows a topic keeps it; with the last of them it goes.
TEST_CASE("a topic lives as long as it is followed")
{
    virtual_time time;
    std::optional<topic> news = topic({.name = "news"});
    std::weak_ptr<detail::topic_state> const state = tidings::internal::access::handle(*news);
    stream one(time, std::bind_front(attach_to, &*news), request::get("/"));
    stream two(time, std::bind_front(attach_to, &*news), request::get("/"));
    news.reset();
    one.leave();
    CHECK_FALSE(state.expired());
    two.leave();
    CHECK(state.expired());
}

// What was asked for while somebody followed does no harm when nobody does any more.
TEST_CASE_METHOD(group_fixture, "all leave before what is published is delivered")
{
    auto one = follow();
    news->publish({.data = "a"});
    one.reset();
    SECTION("others come")
    {
        auto const two = follow();
        news->publish({.data = "b"});
        loop.run();
        CHECK(two->try_receive()->data() == "b");
        CHECK_FALSE(two->try_receive());
    }
    SECTION("the topic goes, too")
    {
        news.reset();
        loop.run();
    }
    SECTION("the loop does not run again")
    {
        news.reset();
    }
}

// Those who leave make room for the others, wherever they stood.
TEST_CASE_METHOD(group_fixture, "many come and go")
{
    std::vector<std::unique_ptr<subscription>> all;
    for (int i = 0; i < 200; ++i)
        all.push_back(follow());
    for (std::size_t i = 0; i < all.size(); ++i)
        if (i % 20 != 0)
            all[i].reset();
    CHECK(news->subscribers() == 10);
    for (std::size_t i = 1; i < 20; ++i)
        all[i] = follow();
    news->publish({.data = "a"});
    loop.run();
    std::size_t got = 0;
    for (auto const& each : all)
        if (each)
            got += each->try_receive()->data() == "a";
    CHECK(got == 29);
}

// All the others are told, and the exception goes to whoever runs the loop.
TEST_CASE_METHOD(group_fixture, "a member that throws")
{
    std::vector<boost::intrusive_ptr<member>> all;
    for (bool const throws : {false, true, false})
        all.emplace_back(new member(*news, loop, throws));
    for (int told = 1; told <= 2; ++told) {
        news->publish({.data = "a"});
        loop.restart();
        CHECK_THROWS_AS(loop.run(), std::runtime_error);
        for (auto const& each : all)
            CHECK(each->told == told);
    }
    for (auto const& each : all)
        each->at.leave();
}

// More events than one batch holds come in order, without a further publish.
TEST_CASE("many events at once")
{
    virtual_time time;
    topic news({.name = "news"});
    stream client(time, std::bind_front(attach_to, &news), request::get("/"));
    texts sent;
    for (int i = 0; i < 500; ++i)
        news.publish({.data = sent.emplace_back(std::to_string(i))});
    time.run_until_idle();
    CHECK(data_of(client) == sent);
}
