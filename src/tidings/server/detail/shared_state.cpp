// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/refused_for_now.hpp>
#include <tidings/server/detail/describe_exception.hpp>
#include <tidings/server/detail/shared_state.hpp>

#include <fmt/format.h>

#include <exception>
#include <random>
#include <utility>

namespace tidings::detail {

namespace {

// When there will be room again nobody knows. Five seconds on average, spread so that those who were refused
// at one time do not come back at one time.
constexpr std::chrono::milliseconds shortest_pause(2500);
constexpr std::chrono::milliseconds pause_spread(5000);

} // namespace

shared_state::shared_state(server_options given)
    : options(std::move(given)), settings{.writing = {.keep_alive = options.keep_alive,
                                                      .write_timeout = options.write_timeout,
                                                      .least_rate = options.least_rate,
                                                      .queue_bytes = options.queue_bytes},
                                          .body_bytes = options.body_bytes,
                                          .on_half_close = options.on_half_close},
      proxies(options.trusted_proxies)
{}

void shared_state::log(log_level level, std::string_view message) const
{
    try {
        if (options.log)
            options.log(level, message);
    } catch (...) {
        log_to_stderr(level, message);
    }
}

void shared_state::log(log_kind kind, log_level level, std::string_view message)
{
    auto const answer = [&] {
        std::lock_guard const guard(rates_lock_);
        return rates_.ask(kind, clock::now());
    }();
    if (!answer.is_written)
        return;
    if (answer.left_out == 0)
        return log(level, message);
    log(level, fmt::format("{} (and {} more like it in the last {} s)", message, answer.left_out,
                           answer.left_out_over.count()));
}

void shared_state::log_rest()
{
    auto const rest = [&] {
        std::lock_guard const guard(rates_lock_);
        return rates_.take_rest();
    }();
    if (rest != 0)
        log(log_level::warning,
            fmt::format("at the end {} more lines were left out: there were too many of their kinds", rest));
}

response shared_state::refusal(request const& asked, int status, std::string_view why)
{
    std::mt19937_64 draw(options.random_seed + draws_++);
    std::chrono::milliseconds const pause(shortest_pause.count() +
                                          static_cast<std::int64_t>(draw() % pause_spread.count()));
    response standard = refused_for_now(asked, status, pause, why);
    if (!options.on_refusal)
        return standard;
    try {
        return options.on_refusal(asked, status, standard);
    } catch (...) {
        log(log_kind::handler_failed, log_level::error,
            fmt::format("on_refusal failed: {}", describe(std::current_exception())));
        return standard;
    }
}

server_stats shared_state::stats() const noexcept
{
    return {
        .connections = counts.connections,
        .streams = streams_by_address.all(),
        .handlers = counts.handlers,
        .buffered_bytes = buffers.held,
        .accepted = counts.accepted,
        .refused = counts.refused,
        .ended_for_room = counts.ended_for_room,
        .requests = counts.requests,
        .bad_requests = counts.bad_requests,
        .streams_opened = counts.streams_opened,
        .clients_gone = counts.clients_gone,
        .write_timeouts = counts.write_timeouts,
        .queue_overflows = counts.queue_overflows,
        .handlers_failed = counts.handlers_failed,
        .handlers_abandoned = counts.handlers_abandoned,
    };
}

} // namespace tidings::detail
