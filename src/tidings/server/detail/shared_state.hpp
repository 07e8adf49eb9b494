// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/trusted_proxies.hpp>
#include <tidings/net/internal/peer_address.hpp>
#include <tidings/server/detail/address_counts.hpp>
#include <tidings/server/detail/loop_buffers.hpp>
#include <tidings/server/detail/principal_bytes.hpp>
#include <tidings/server/detail/route_table.hpp>
#include <tidings/server/detail/token_buckets.hpp>
#include <tidings/server/internal/figures.hpp>

#include <deque>

namespace tidings::detail {

/// The running counts behind `server_stats`, but for those of open streams.
struct counters
{
    std::atomic<std::uint64_t> connections{0}, handlers{0}, accepted{0}, refused{0}, requests{0},
        bad_requests{0}, streams_opened{0}, clients_gone{0}, write_timeouts{0}, queue_overflows{0},
        handlers_failed{0}, handlers_abandoned{0}, ended_for_room{0}, over_limit_of_address{0},
        over_limit_of_principal{0};
};

/// How the descriptors that a process may have are shared out, so that no use of them takes those of another.
/// What is left over is for the application, and for what a server has of its own: an epoll instance and a
/// pipe a loop, the socket that listens, the standard streams.
struct descriptor_plan
{
    std::size_t connections; ///< that are served
    std::size_t refused;     ///< connections over that, while they are told so
    std::size_t files;       ///< that are being sent
};

/// `allowed` descriptors in all, and no more connections than `max_connections`.
descriptor_plan plan_descriptors(std::size_t allowed, std::size_t max_connections) noexcept;

/// What the system allows this process (RLIMIT_NOFILE).
std::size_t allowed_descriptors() noexcept;

/// What all connections of a server share. Immutable once the server has started, but for what guards itself.
struct shared_state
{
    explicit shared_state(server_options given) : options(std::move(given))
    {
        if (options.on_stream_end)
            end_hooks.push_back(std::move(options.on_stream_end));
    }

    /// The answer to a request that is refused for a while, as the hook wants it.
    response refusal(request const& asked, int status, std::chrono::milliseconds pause, std::string_view why);
    /// Whether a peer's address stands for many clients: a unix socket's, a trusted proxy's.
    bool is_of_nobody(internal::peer_address const& peer) const
    {
        return peer == internal::peer_address() || proxies.trusts(peer.to_string());
    }
    server_stats stats() const noexcept;
    internal::server_figures figures() const;

    server_options options;
    std::vector<std::function<void(stream_end const&)>> end_hooks; ///< that of the options comes first
    server_log log{options.log};
    internal::trusted_proxies proxies{options.trusted_proxies};
    route_table routes{options};
    descriptor_plan places = plan_descriptors(allowed_descriptors(), options.max_connections);
    std::atomic<std::size_t> files_being_sent{0};
    std::atomic<std::size_t> refused_connections{0}; ///< open ones that are there to be told so
    address_counts connections_by_address;           ///< where they are limited
    counters counts;
    buffer_budget buffers{options.buffered_bytes};
    address_counts streams_by_address;
    address_counts streams_by_principal; ///< where they are limited
    token_buckets openings_by_principal{options.per_principal.openings_per_second,
                                        options.per_principal.burst};
    principal_sums unsent_by_principal;
    std::size_t loop_count = 0;
    std::deque<std::atomic<time_point>> beats; ///< of each loop, see `server_figures`
};

} // namespace tidings::detail
