// SPDX-License-Identifier: BSL-1.0
#include "handlers.hpp"

#include <tidings/wait/after.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace tidings::test {

asio::awaitable<void> send_one(context, request const&, event_stream& out)
{
    co_await out.send({.data = "one"});
}

asio::awaitable<void> stay_open(context ctx, request const&, event_stream& out)
{
    co_await out.open();
    after never(10h);
    co_await never.wait(ctx);
}

asio::awaitable<void> say_farewell(context ctx, request const&, event_stream& out)
{
    co_await out.send({.data = "hello"});
    after never(10h);
    co_await never.wait(ctx);
    co_await out.send({.type = "farewell", .data = to_string(ctx.reason())});
}

asio::awaitable<void> hand_over(topic const& news, context, request const&, event_stream& out)
{
    news.attach(out);
    co_return;
}

asio::awaitable<void> hang_in_asio(context, request const&, event_stream& out)
{
    co_await out.open();
    asio::steady_timer timer(co_await asio::this_coro::executor, 10h);
    co_await timer.async_wait(asio::deferred);
}

asio::awaitable<response> answer_plainly(context, request const&)
{
    co_return response::text("plain");
}

asio::awaitable<response> echo(context, request const& asked)
{
    co_return response::text(asked.body());
}

} // namespace tidings::test
