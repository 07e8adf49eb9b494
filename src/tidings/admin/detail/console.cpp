// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/console.hpp>
#include <tidings/admin/detail/console_view.hpp>
#include <tidings/admin/detail/json.hpp>
#include <tidings/admin/detail/pages.hpp>
#include <tidings/wait/ticker.hpp>

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace tidings::detail {

namespace {

asio::awaitable<response> send_page(std::string_view page, char const* content_type, context)
{
    co_return response::bytes(std::string(page), content_type);
}

asio::awaitable<response> tell_about(bool may_publish, context)
{
    co_return response::json(
        fmt::format(R"({{"version":"{}","may_publish":{}}})", TIDINGS_VERSION, may_publish));
}

asio::awaitable<void> show(topic_registry const& topics, topic const& samples, context ctx,
                           request const& asked, event_stream& out)
{
    console_view view(ctx, topics, samples, asked);
    ticker rhythm(100ms);
    do {
        auto const events = view.due();
        if (!events.empty() && !co_await out.send_all(events))
            co_return;
    } while (co_await rhythm.tick(ctx));
}

response said_of(publish_result const& done)
{
    if (done.status == publish_status::would_block)
        return response::text("the topic takes no more at the moment\n", 503);
    return response::json(fmt::format(R"({{"id":{},"receivers":{}}})", json_of(done.id), done.receivers));
}

asio::awaitable<response> publish(topic_registry const& topics, context ctx, request const& form)
{
    try {
        auto const name = form.form("topic");
        auto const type = form.form("type");
        auto const data = form.form("data");
        auto const to = co_await topics.open(ctx, name);
        if (!to)
            co_return response::text("no pattern of the topics has this name\n", 404);
        event const said{.type = type, .data = data};
        publish_result const done = co_await to->publish(ctx, said);
        co_return said_of(done);
    } catch (std::invalid_argument const& error) {
        co_return response::text(fmt::format("{}\n", error.what()), 400);
    } catch (std::logic_error const& error) { // it is closed
        co_return response::text(fmt::format("{}\n", error.what()), 409);
    } catch (std::runtime_error const& error) { // too many topics, or its store
        co_return response::text(fmt::format("{}\n", error.what()), 503);
    }
}

} // namespace

void console::add_routes(server& to) const
{
    to.get("/", std::bind_front(send_page, console_html, "text/html; charset=utf-8"));
    to.get("/login", std::bind_front(send_page, login_html, "text/html; charset=utf-8"));
    to.get("/console.css", std::bind_front(send_page, console_css, "text/css; charset=utf-8"));
    to.get("/console.js", std::bind_front(send_page, console_js, "text/javascript; charset=utf-8"));
    to.get("/plots.js", std::bind_front(send_page, plots_js, "text/javascript; charset=utf-8"));
    to.get("/about", std::bind_front(tell_about, may_publish_));
    to.get("/live", std::bind_front(show, std::cref(topics_), std::cref(samples_)));
    if (may_publish_)
        to.post("/publish", std::bind_front(publish, std::cref(topics_)));
}

} // namespace tidings::detail
