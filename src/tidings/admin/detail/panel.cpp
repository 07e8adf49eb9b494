// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/panel.hpp>
#include <tidings/metrics/metrics.hpp>
#include <tidings/wait/ticker.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <fmt/format.h>

#include <chrono>
#include <functional>
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
    options.write_timeout = 5s;
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
    return response::text(now.reason + '\n', now.is_well ? 200 : 503);
}

// Takes no lock that a handler of the application could hold.
asio::awaitable<response> tell_liveness(recorder const& of, context)
{
    co_return answer(of.liveness_now());
}

asio::awaitable<response> tell_readiness(recorder const& of, context)
{
    health const now = of.readiness_now();
    response said = answer(now);
    if (!now.is_well)
        said.with_header("Retry-After", "5");
    co_return said;
}

asio::awaitable<response> tell_figures(metrics const& of, context ctx, request const& asked)
{
    co_return co_await of(ctx, asked);
}

asio::awaitable<response> log_in(panel_guard const& guard, context, request const& asked)
{
    co_return guard.log_in(asked);
}

asio::awaitable<void> record(context ctx, recorder* to)
{
    ticker every_second(1s);
    do
        to->look();
    while (co_await every_second.tick(ctx));
}

} // namespace

panel::panel(endpoint const& where, server& of, topic_registry const& topics, admin_options options)
    : guard_(where, options), log_(options.log), has_started_(!options.takes_over), port_(where.port),
      recorder_(of, topics, options.stuck_after),
      console_(topics, recorder_.samples(), !options.token.empty()),
      server_(options_of_panel(where, std::move(options.log)))
{
    server_.check([this](request& asked, headers& added) { return guard_(asked, added); });
    server_.get("/metrics", std::bind_front(tell_figures, metrics(of, topics)));
    server_.get("/healthz", std::bind_front(tell_liveness, std::cref(recorder_)));
    server_.get("/readyz", std::bind_front(tell_readiness, std::cref(recorder_)));
    if (!options.token.empty())
        server_.post("/login", std::bind_front(log_in, std::cref(guard_)));
    console_.add_routes(server_);
    if (!options.takes_over) { // here, so that a port that is taken is an exception of this call
        server_.start();
        port_ = server_.port();
    }
    thread_ = std::thread([this, takes_over = options.takes_over] {
        if (!takes_over || start_when_free())
            serve();
    });
}

panel::~panel()
{
    {
        std::lock_guard const guard(lock_);
        has_ended_ = true;
        if (has_started_)
            server_.stop();
    }
    ended_.notify_one();
    thread_.join();
}

// The port is asked for anew, as nothing tells when another process gives it back.
bool panel::start_when_free()
{
    std::unique_lock lock(lock_);
    while (!has_ended_) {
        try {
            server_.start();
            has_started_ = true;
            return true;
        } catch (boost::system::system_error const& error) {
            if (error.code() != asio::error::address_in_use) {
                log_(log_level::error, fmt::format("the panel does not open: {}", error.what()));
                return false;
            }
        }
        ended_.wait_for(lock, 100ms);
    }
    return false;
}

void panel::serve()
{
    server_.spawn(record, &recorder_);
    server_.run();
}

} // namespace tidings::detail
