// SPDX-License-Identifier: BSL-1.0
#include <tidings/http/response.hpp>
#include <tidings/net/internal/encryption.hpp>
#include <tidings/server/detail/shared_state.hpp>

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <limits>

namespace tidings::detail {

descriptor_plan plan_descriptors(std::size_t allowed, std::size_t max_connections) noexcept
{
    std::size_t const refused = std::clamp<std::size_t>(allowed / 16, 1, 256);
    std::size_t const files = std::clamp<std::size_t>(allowed / 8, 1, 1024);
    std::size_t const others = std::min<std::size_t>(allowed / 4, 64);
    std::size_t const spoken_for = refused + files + others;
    std::size_t const left = allowed > spoken_for ? allowed - spoken_for : 1;
    return {.connections = std::min(max_connections, left), .refused = refused, .files = files};
}

std::size_t allowed_descriptors() noexcept
{
    rlimit limit{};
    bool const is_known = ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    return is_known ? static_cast<std::size_t>(limit.rlim_cur) : std::numeric_limits<std::size_t>::max();
}

response shared_state::refusal(request const& asked, int status, std::chrono::milliseconds pause,
                               std::string_view why)
{
    response standard = refused_for_now(asked, status, pause, why);
    if (!options.on_refusal)
        return standard;
    try {
        return options.on_refusal(asked, status, standard);
    } catch (...) {
        log.failed(log_kind::handler_failed, "on_refusal");
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
        .over_limit_of_address = counts.over_limit_of_address,
        .over_limit_of_principal = counts.over_limit_of_principal,
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

internal::server_figures shared_state::figures() const
{
    internal::server_figures now{.stats = stats(), .beats = {beats.begin(), beats.end()}};
    for (auto const& each : options.listen) {
        now.has_http2 |= each.http2 != nullptr;
        if (!each.tls)
            continue;
        now.has_tls = true;
        now.certificates.push_back({.endpoint = each.unix_socket.empty()
                                                    ? fmt::format("{}:{}", each.host, each.port)
                                                    : each.unix_socket,
                                    .expires = each.tls->expires()});
    }
    return now;
}

} // namespace tidings::detail
