// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/shared_state.hpp>

#include <utility>

namespace tidings::detail {

server_stats counters::snapshot() const noexcept
{
    return {
        .connections = connections,
        .streams = streams,
        .handlers = handlers,
        .accepted = accepted,
        .refused = refused,
        .requests = requests,
        .bad_requests = bad_requests,
        .streams_opened = streams_opened,
        .clients_gone = clients_gone,
        .write_timeouts = write_timeouts,
        .queue_overflows = queue_overflows,
        .handlers_failed = handlers_failed,
        .handlers_abandoned = handlers_abandoned,
    };
}

shared_state::shared_state(server_options given)
    : options(std::move(given)), writing{.keep_alive = options.keep_alive,
                                         .write_timeout = options.write_timeout,
                                         .queue_limit = options.queue_limit},
      proxies(options.trusted_proxies)
{}

void shared_state::log(log_level level, std::string_view message) const
{
    if (options.log)
        options.log(level, message);
}

} // namespace tidings::detail
