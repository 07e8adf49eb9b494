// SPDX-License-Identifier: BSL-1.0
// What the pages about topics show. Compiled, not run.
#include <tidings/tidings.hpp>

#include <boost/asio/awaitable.hpp>

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace asio = boost::asio;
using namespace std::chrono_literals;

// [follow]
asio::awaitable<void> follow_news(tidings::topic const& news, tidings::context ctx,
                                  tidings::event_stream& out)
{
    co_await news.follow(ctx, out); // what the client has missed, then what comes, until it leaves
}
// [/follow]

// [attach]
asio::awaitable<void> attach_news(tidings::topic const& news, tidings::context, tidings::event_stream& out)
{
    news.attach(out); // the handler returns, and the stream goes on without its frame
    co_return;
}
// [/attach]

void publish_from_a_thread(tidings::topic news, double (*read_sensor)())
{
    // [publish]
    std::jthread measuring([news, read_sensor](std::stop_token stopped) {
        while (!stopped.stop_requested())
            news.publish({.type = "reading", .data = fmt::format("{:.1f}", read_sensor())}); // never waits
    });
    // [/publish]
}

void make_registry()
{
    // [registry]
    tidings::topic_registry all({.max_topics = 10'000, .unused_timeout = 10min});
    all.add("builds/{id}", {.max_events = 20'000, .history_bytes = 8 * 1024 * 1024});
    all.add("sensors/{where...}", {.max_events = 100, .history_age = 1h});

    std::optional<tidings::topic> build = all.get("builds/17"); // made now, if it is not there
    // [/registry]
}

// [find-by-event]
asio::awaitable<void> resume_answer(tidings::topic_registry const& answers, tidings::context,
                                    tidings::event_stream& out)
{
    auto const answer = answers.find_by_event(out.last_event_id().value_or(""));
    if (answer)
        answer->attach(out); // behind that event
    else
        co_await out.reject(404, "no such answer, or no longer");
}
// [/find-by-event]

// [list]
bool is_urgent(tidings::event_text const& event, std::string_view)
{
    return event.type() == "urgent";
}

asio::awaitable<void> follow_both(tidings::topic const& orders, tidings::topic const& alerts,
                                  tidings::context ctx, tidings::event_stream& out)
{
    tidings::topic_list both;
    both.add(orders).add(alerts, tidings::from_last(5), is_urgent);
    co_await both.follow(ctx, out);
}
// [/list]

// [filter-by-key]
asio::awaitable<void> follow_symbol(tidings::topic const& prices, tidings::context,
                                    tidings::request const& request, tidings::event_stream& out)
{
    prices.attach(out, tidings::from_oldest(),
                  [symbol = request.param("symbol")](tidings::event_text const&, std::string_view key) {
                      return key == symbol;
                  });
    co_return;
}
// [/filter-by-key]

// [subscription]
asio::awaitable<void> count_orders(tidings::topic const& orders, tidings::context ctx,
                                   tidings::event_stream& out)
{
    tidings::subscription incoming(ctx, orders);
    tidings::ticker every_minute(1min);
    int count = 0;
    while (auto next = co_await tidings::select(ctx, incoming, every_minute)) {
        if (next.from(incoming))
            ++count;
        else
            co_await out.send({.data = fmt::format("{} orders", std::exchange(count, 0))});
    }
}
// [/subscription]

// [subscription-resumes]
asio::awaitable<void> send_large_orders(tidings::topic const& orders, tidings::context ctx,
                                        tidings::event_stream& out)
{
    tidings::topic_list only;
    only.add(orders, tidings::from_last(10));
    tidings::subscription incoming(ctx, only, out.last_event_id()); // wins over where the list begins
    while (auto order = co_await incoming.receive(ctx))
        if (order->data().size() > 100)
            co_await out.send(*order);
}
// [/subscription-resumes]

// [refused]
asio::awaitable<void> follow_sensor(tidings::topic_registry& sensors, tidings::context,
                                    tidings::request const& request, tidings::event_stream& out)
{
    auto const sensor = sensors.get("sensors/" + request.param("name"));
    std::optional<tidings::response> refused;
    try {
        if (sensor)
            sensor->attach(out);
        else
            refused = tidings::response::text("no such sensor\n", 404);
    } catch (tidings::too_many_topics const& error) {
        refused = tidings::refused_for_now(request, 503, 5s, error.what());
    }
    if (refused)
        co_await out.respond(std::move(*refused));
}
// [/refused]

// [long-poll]
asio::awaitable<tidings::response> poll_news(tidings::topic const& news, tidings::context ctx,
                                             tidings::request const& request)
{
    return tidings::long_poll(std::move(ctx), request, news);
}
// [/long-poll]

void make_policies()
{
    // [policies]
    tidings::topic log({.max_events = 20'000}); // overflow::cut
    tidings::topic readings({.max_events = 100, .overflow = tidings::overflow::drop_oldest});
    tidings::topic prices({.overflow = tidings::overflow::keep_latest});
    tidings::topic orders({.max_events = 1'000, .overflow = tidings::overflow::wait});

    prices.publish("ACME", {.type = "price", .data = "ACME 41.20"}); // takes the place of the one before
    // [/policies]
}

// [wait]
asio::awaitable<void> import_orders(tidings::context ctx, tidings::topic orders,
                                    tidings::channel<std::string> lines)
{
    while (auto line = co_await lines.receive(ctx))
        co_await orders.publish(ctx, {.data = *line}); // as fast as the slowest follower reads
}
// [/wait]
