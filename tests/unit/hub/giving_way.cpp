// SPDX-License-Identifier: BSL-1.0
// What a handler may await of topics and streams comes back at once now and then, and gives way all the same.
#include <tidings/hub/long_poll.hpp>
#include <tidings/hub/subscription.hpp>
#include <tidings/hub/topic_registry.hpp>
#include <tidings/wait/after.hpp>

#include "topic_fixture.hpp"

#include <boost/asio/post.hpp>

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace tidings::test;
using tidings::context;
using tidings::event_stream;
using tidings::request;
using tidings::topic;
using tidings::testing::stream;

namespace {

constexpr int enough = 10'000; // fewer than a coroutine may wait after its end

struct sources
{
    topic news;
    topic prices{{.overflow = tidings::overflow::keep_latest}};
    topic over;
    tidings::topic_registry all;
};

struct named_wait
{
    char const* name;
    bool is_left; ///< the client has gone
    std::function<asio::awaitable<void>(context, event_stream&, sources&)> once;
};

asio::awaitable<void> follow(context ctx, event_stream& out, sources& of)
{
    co_await of.news.follow(ctx, out);
}

asio::awaitable<void> follow_list(context ctx, event_stream& out, sources& of)
{
    tidings::topic_list both;
    both.add(of.news);
    co_await both.follow(ctx, out);
}

asio::awaitable<void> publish(context ctx, event_stream&, sources& of)
{
    co_await of.news.publish(ctx, {.data = "news"});
}

asio::awaitable<void> publish_price(context ctx, event_stream&, sources& of)
{
    co_await of.prices.publish(ctx, "ACME", {.data = "17"});
}

asio::awaitable<void> open_known(context ctx, event_stream&, sources& of)
{
    co_await of.all.open(ctx, "known");
}

asio::awaitable<void> poll_news(context ctx, event_stream&, sources& of)
{
    auto const asked = request::get("/").with_header("Last-Event-ID", "unknown");
    co_await tidings::long_poll(ctx, asked, of.news);
}

asio::awaitable<void> receive_from_closed(context ctx, event_stream&, sources& of)
{
    tidings::subscription events(ctx, of.over);
    co_await events.receive(ctx);
}

asio::awaitable<void> send_news(context, event_stream& out, sources&)
{
    co_await out.send({.data = "news"});
}

asio::awaitable<void> comment_news(context, event_stream& out, sources&)
{
    co_await out.comment("nothing new");
}

struct journey
{
    asio::io_context& io;
    bool had_turn = false;
    int rounds = 0;
};

// Goes round until somebody else has had a turn, which it asked for in the first one.
asio::awaitable<void> go_round(named_wait of, sources& all, journey& on, context ctx, request const&,
                               event_stream& out)
{
    if (of.is_left) {
        tidings::after never(std::chrono::hours(1));
        co_await never.wait(ctx);
    }
    for (; on.rounds < enough && !on.had_turn; ++on.rounds) {
        co_await of.once(ctx, out, all);
        if (on.rounds == 0)
            asio::post(on.io, [&on] { on.had_turn = true; });
    }
}

} // namespace

// Whatever a handler loops on, and whether its client is there or has left: others have their turn after a
// few rounds.
TEST_CASE("what is awaited of topics and streams gives way")
{
    std::vector<named_wait> const waits{
        {"follow, left", true, follow},
        {"topic_list::follow, left", true, follow_list},
        {"publish", false, publish},
        {"publish, left", true, publish},
        {"publish by key", false, publish_price},
        {"topic_registry::open", false, open_known},
        {"topic_registry::open, left", true, open_known},
        {"long_poll", false, poll_news},
        {"long_poll, left", true, poll_news},
        {"subscription, closed", false, receive_from_closed},
        {"subscription, left", true, receive_from_closed},
        {"send", false, send_news},
        {"send, left", true, send_news},
        {"comment, left", true, comment_news},
    };
    for (named_wait const& each : waits) {
        INFO(each.name);
        tidings::testing::virtual_time time;
        sources all;
        all.over.close();
        all.news.publish({.data = "old"});
        all.all.add("known");
        (void)all.all.get("known");
        journey on{time.loop()};
        stream client(time, std::bind_front(go_round, each, std::ref(all), std::ref(on)), request::get("/"));
        if (each.is_left)
            client.leave();
        CHECK(on.had_turn);
        CHECK(on.rounds < 1000);
    }
}
