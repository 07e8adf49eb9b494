// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/http/response.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/net/endpoint.hpp>
#include <tidings/stream/event_stream.hpp>
#include <tidings/stream/log.hpp>
#include <tidings/stream/stream_end.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tidings {

/// What the end of a client's input means: a client that is gone and one that has half-closed its socket send
/// the same FIN. If it ends a handler's context, a response that the handler still gives is written
/// nevertheless, and requests that arrived complete before it are served first.
enum class half_close : std::uint8_t
{
    probe, ///< an open stream is sent a comment: a client that is gone answers with a reset, one that has
           ///< half-closed stays. A handler without an open stream has its context ended
    end,   ///< the client is gone, even if its stream is open
    keep,  ///< the client is there: handlers continue until their response is refused; an open stream is sent
           ///< a comment. For clients that half-close after their request, as `nc -N` does
};

namespace detail {

/// See `server_options::per_address`.
struct address_limits
{
    /// Open connections; a further one gets 429 and is closed.
    std::size_t connections = 0;
    /// Open event streams; a further one gets 429.
    std::size_t streams = 0;
};

/// See `server_options::per_principal`.
struct principal_limits
{
    /// Open event streams; a further one gets 429.
    std::size_t streams = 0;
    /// How many event streams it may open, in the long run; a further one gets 429.
    double openings_per_second = 0;
    /// How many of these may come at once, after a time in which none came. 0 means 1.
    std::size_t burst = 10;
    /// Unsent bytes of all its streams; if exceeded, those that hold most are cut as for `queue_bytes`. What
    /// one loop holds is looked at when it has changed by 64 KiB, and at most ten times a second.
    std::size_t unsent_bytes = 0;
};

} // namespace detail

/// All settings of a server. A duration of zero or less means no limit, except for `drain_timeout`, which
/// then makes a stop cut everything at once. Times are kept in steps of a millisecond, and the largest value,
/// `duration::max()`, also means no limit.
struct server_options
{
    // Where to listen

    /// Listens on all of these; they share the limits on connections. Empty: for a server that only adopts.
    std::vector<endpoint> listen{endpoint()};
    std::size_t loops = 1; ///< threads that run handlers; a stream stays on its loop. 0 means 1
    /// Connections that the kernel holds for each endpoint until they are accepted; further clients wait, and
    /// retry by themselves. The system's limit (net.core.somaxconn) applies too; 0 or less: the fewest.
    int backlog = 4096;

    // Times

    duration keep_alive = std::chrono::seconds(15);    ///< of silence, less up to a 32nd, before a comment
    duration grace_timeout = std::chrono::seconds(1);  ///< for a handler to return once its context has ended
    duration drain_timeout = std::chrono::seconds(10); ///< for the whole of a graceful stop
    /// A peer that accepts nothing for this long is cut with a reset; see also `least_rate`.
    duration write_timeout = std::chrono::seconds(10);
    /// For a request's headers, from their first byte or the accept; then 408.
    duration head_timeout = std::chrono::seconds(10);
    /// For a request's whole body, from the end of the headers; then 408. See also `least_rate`.
    duration body_timeout = std::chrono::seconds(30);
    /// For the next request on a connection; then it is closed. Longer than common balancers' 60 s.
    duration idle_timeout = std::chrono::seconds(75);
    duration maximum_age{}; ///< of a stream, less up to a random tenth; then its client reconnects. Off

    // Limits. Sizes are in bytes. Unless stated otherwise, 0 is taken literally, and the largest value means
    // no limit.

    /// Of a request's line and headers, as received; if exceeded, 414 or 431. As many bytes may also be
    /// waiting after a request that is being answered.
    std::size_t head_bytes = 16 * 1024;
    /// Of a request's body, without chunk framing; if exceeded, 413. 0: requests have no bodies.
    std::size_t body_bytes = 1024 * 1024;
    /// Unsent bytes of one stream when another event is sent; if exceeded, the stream is cut. A single event
    /// may be larger.
    std::size_t queue_bytes = 1024 * 1024;
    /// Of all clients together: incoming requests, bodies that are being answered, and unsent bytes, by the
    /// blocks that hold them. If exceeded, the clients that hold most are ended: streams are cut as for
    /// `queue_bytes`, incoming requests are refused temporarily. Counted in steps of 64 KiB a loop and
    /// checked between iterations, so what one iteration sends comes on top. 0: no limit.
    std::size_t buffered_bytes = 256 * 1024 * 1024;
    /// That a client may send while its stream is open, or after a request that was refused; if exceeded, the
    /// connection closes. For a stream this is logged and counted in `bad_requests`.
    std::size_t discarded_input_bytes = 64 * 1024;
    /// Bytes a second that a client has to send of a body, on average and after five seconds (else 408), and
    /// has to accept while bytes wait for it, once it has kept them waiting for `write_timeout` in total
    /// (else it is cut, like one that accepts nothing). The kernel's buffers are accounted for; time in which
    /// nothing waits does not count. The slowest mobile networks carry far more than the default, 1 to 2
    /// KB/s. 0: any byte is enough; the largest value: bodies have five seconds, unsent bytes
    /// `write_timeout`.
    std::size_t least_rate = 240;
    /// Connections served at a time, and never more than the process's descriptors allow: with 1,024 of them,
    /// 768. If exceeded, one makes room, on the loop of the newcomer: the longest idle one of the address
    /// that has most idle ones, else the slowest incoming request. Open streams stay; if nothing can be
    /// ended, the newcomer is refused temporarily. 0: all are refused.
    std::size_t max_connections = 100'000;
    /// `{.connections, .streams}` of one client address, or one /64 of IPv6; streams by the address that
    /// `trusted_proxies` report. Unix sockets and trusted proxies do not count as addresses. 0: no limit.
    detail::address_limits per_address{};
    /// `{.streams, .openings_per_second, .burst, .unsent_bytes}` of one `request::principal` that a check or
    /// a certificate has named, in all loops together. Requests without one are not limited. 0: no limit.
    detail::principal_limits per_principal{};
    /// How many event streams the server bears to open in a second. Streams are told to reconnect after a
    /// random pause (`retry:`), which spreads them over that rate if all end at once. 0: measured, as half of
    /// what a loop has opened in its best second, and at least 500 a loop. It refuses nobody.
    double openings_per_second = 0;
    /// Threads of `run_blocking`, shared by the loops and created as needed; calls wait for a free one. 0
    /// means 1.
    std::size_t max_blocking_threads = 4;

    // Behaviour

    half_close on_half_close = half_close::probe;
    /// Proxies whose X-Forwarded-For is trusted: addresses, networks ("10.0.0.0/8"), or "unix".
    std::vector<std::string> trusted_proxies{};
    /// Whether `run` stops the server gracefully on SIGINT and SIGTERM, and reloads its endpoints'
    /// certificates on SIGHUP if they come from files; otherwise SIGHUP keeps its effect.
    bool handle_signals = true;
    /// May turn an exception that left a handler after the response headers were sent into a last event,
    /// before the stream is cut. The text is sent as it is; empty: nothing is sent.
    std::function<std::optional<event_text>(std::exception_ptr, request const&)> on_handler_error{};
    /// May replace the answer to a request that is refused temporarily: with `status` 503, because the server
    /// is full or stopping, or 429, because the client's address has reached a limit. `standard` is the
    /// result of `refused_for_now`. Called on a loop, with middleware around it, even if no descriptors are
    /// left: it must not wait. If it throws, that is logged, and the standard answer is sent.
    std::function<response(request const& asked, int status, response const& standard)> on_refusal{};
    /// Called once for each request, and for each stream that was handed over, when it has ended. Called on a
    /// loop, which it holds up while it runs. It may call the server. Exceptions are logged.
    std::function<void(stream_end const&)> on_stream_end{};
    log_hook log = log_to_stderr;
    /// Spreads reconnects and ages; fixed in tests.
    std::uint64_t random_seed = 0;
};

} // namespace tidings
