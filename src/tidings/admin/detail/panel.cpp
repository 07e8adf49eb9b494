// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/health.hpp>
#include <tidings/admin/detail/panel.hpp>
#include <tidings/hub/internal/figures.hpp>
#include <tidings/metrics/metrics.hpp>

#include <chrono>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace tidings::detail {

namespace {

// A few browsers and scrapers: what is left over of descriptors for such uses (`plan_descriptors`) is enough.
server_options options_of_panel(endpoint const& where, log_hook log)
{
    server_options options;
    options.listen = {where};
    options.grace_timeout = 200ms;
    options.drain_timeout = 1s;
    options.body_bytes = 64 * 1024;
    options.buffered_bytes = 16 * 1024 * 1024;
    options.max_connections = 32;
    options.max_blocking_threads = 1;
    options.handle_signals = false;
    options.log = std::move(log);
    return options;
}

response answer(health const& now)
{
    if (now.is_well)
        return response::text(now.reason + '\n');
    return response::text(now.reason + '\n', 503);
}

} // namespace

panel::panel(endpoint const& where, server& of, topic_registry const& topics, admin_options options)
    : options_(std::move(options)), topics_(topics), guard_(where, options_),
      figures_(internal::observe(of, [](stream_end const&) {})),
      server_(options_of_panel(where, options_.log))
{
    server_.check([this](request& asked, headers& added) { return guard_(asked, added); });
    server_.get("/metrics", metrics(of, topics_));
    server_.get("/healthz", std::bind_front(&panel::tell_liveness, this));
    server_.get("/readyz", std::bind_front(&panel::tell_readiness, this));
    if (!options_.token.empty())
        server_.post("/login", std::bind_front(&panel::log_in, this));
    server_.start(); // here, so that a port that is taken is an exception of this call
    thread_ = std::thread([this] { server_.run(); });
}

panel::~panel()
{
    server_.stop();
    thread_.join();
}

// It takes no lock that a handler of the application could hold.
asio::awaitable<response> panel::tell_liveness(context) const
{
    co_return answer(liveness(figures_(), clock::now(), options_.stuck_after));
}

asio::awaitable<response> panel::tell_readiness(context) const
{
    health const now = readiness(figures_(), internal::figures_of(topics_).store_is_away, clock::now(),
                                 options_.stuck_after);
    response said = answer(now);
    if (!now.is_well)
        said.with_header("Retry-After", "5");
    co_return said;
}

asio::awaitable<response> panel::log_in(context, request const& asked) const
{
    co_return guard_.log_in(asked);
}

} // namespace tidings::detail
