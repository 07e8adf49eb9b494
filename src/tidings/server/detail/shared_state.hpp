// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/internal/route_pattern.hpp>
#include <tidings/http/internal/router.hpp>
#include <tidings/http/internal/trusted_proxies.hpp>
#include <tidings/http/request.hpp>
#include <tidings/http/request_check.hpp>
#include <tidings/http/response.hpp>
#include <tidings/net/internal/peer_address.hpp>
#include <tidings/server/detail/address_counts.hpp>
#include <tidings/server/detail/descriptor_plan.hpp>
#include <tidings/server/detail/log_rates.hpp>
#include <tidings/server/detail/loop_buffers.hpp>
#include <tidings/server/server_options.hpp>
#include <tidings/server/server_stats.hpp>
#include <tidings/stream/handler.hpp>
#include <tidings/stream/internal/writer.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace tidings::detail {

/// The running counts behind `server_stats`, but for those of open streams.
struct counters
{
    std::atomic<std::uint64_t> connections{0}, handlers{0}, accepted{0}, refused{0}, requests{0},
        bad_requests{0}, streams_opened{0}, clients_gone{0}, write_timeouts{0}, queue_overflows{0},
        handlers_failed{0}, handlers_abandoned{0}, ended_for_room{0};
};

/// A check, and where it is asked.
struct guard
{
    std::optional<internal::route_pattern> below; ///< empty: everywhere
    request_check ask;
};

/// What the server and its routes may each have of their own.
struct exchange_settings
{
    internal::writer_options writing;
    std::size_t body_bytes;
    half_close on_half_close;
};

/// A route's handler, wrapped in its middleware, and in the server's once that has started.
struct route
{
    stream_handler call;
    stream_handler head; ///< what HEAD runs: the middleware and the head, for streams
    bool is_stream;
    exchange_settings settings;
    std::vector<guard> checks;
    std::string pattern{};

    void wrap(std::vector<middleware> const& around);
};

/// What all connections of a server share. Immutable once the server has started, but for what guards itself.
struct shared_state
{
    explicit shared_state(server_options given);

    /// Never throws what the hook throws: most callers are handling a failure already. For lines that are
    /// written once, or seldom by their nature.
    void log(log_level level, std::string_view message) const;
    /// The same for a line that clients can cause as often as they like: written at a bounded rate a kind,
    /// and with the number of those that were left out before it.
    void log(log_kind kind, log_level level, std::string_view message);
    /// The end: tells how many lines were left out and have not been told.
    void log_rest();
    /// The answer to a request that is refused for a while, as the hook wants it.
    response refusal(request const& asked, int status, std::string_view why);
    /// Whether a peer's address stands for many clients: a unix socket's, a trusted proxy's.
    bool is_of_nobody(internal::peer_address const& peer) const
    {
        return peer == internal::peer_address() || proxies.trusts(peer.to_string());
    }
    server_stats stats() const noexcept;

    server_options options;
    exchange_settings settings; ///< of what is no route's, or not its own
    internal::trusted_proxies proxies;
    internal::router paths; ///< to indexes of `routes`
    std::vector<route> routes;
    std::vector<guard> checks;
    stream_handler as_decided; ///< gives an answer that is none of a route, wrapped as the routes are
    descriptor_plan places = plan_descriptors(allowed_descriptors(), options.max_connections);
    std::atomic<std::size_t> files_being_sent{0};
    std::atomic<std::size_t> refused_connections{0}; ///< open ones that are there to be told so
    address_counts connections_by_address;           ///< where they are limited
    counters counts;
    buffer_budget buffers{options.buffered_bytes};
    address_counts streams_by_address;

private:
    std::atomic<std::uint64_t> draws_{0};
    std::mutex rates_lock_;
    log_rates rates_;
};

} // namespace tidings::detail
