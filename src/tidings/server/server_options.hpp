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

/// What a client's end of input means: one that is gone and one that has half-closed its socket send the same
/// FIN. Wherever it ends a handler's context, an answer that the handler still gives is written all the same,
/// and requests that came whole before it are served first.
enum class half_close : std::uint8_t
{
    probe, ///< an open stream is asked by a comment: a client that is gone answers with a reset, one that has
           ///< half-closed stays. A handler that waits before the head, or for a plain answer, is ended
    end,   ///< the client is gone, that of an open stream too
    keep, ///< the client is there: handlers go on until their answer is refused; an open stream is asked by a
          ///< comment. For clients that half-close behind their request, as `nc -N` does
};

/// Everything that can be set of a server. Durations of zero and below mean: no limit, but for
/// `drain_timeout`, with which a stop then cuts everything at once. Times are kept in steps of a millisecond,
/// and the largest, `duration::max()`, is no limit either.
struct server_options
{
    // Where to listen

    /// All at once; they share the bounds on connections. Empty: nowhere, for a server that only adopts.
    std::vector<endpoint> listen{endpoint()};
    std::size_t loops = 1; ///< threads that run handlers; a stream stays on its loop. 0 is 1
    /// Connections that the kernel holds for each until they are accepted; others wait, and try again by
    /// themselves.
    /// The system's own limit (net.core.somaxconn) goes before; 0 and less: as few as the system has.
    int backlog = 4096;

    // Times

    duration keep_alive = std::chrono::seconds(15);    ///< of silence, less up to a 32nd, until a comment
    duration grace_timeout = std::chrono::seconds(1);  ///< for a handler to return once its context has ended
    duration drain_timeout = std::chrono::seconds(10); ///< for the whole of a graceful stop
    /// A peer that takes nothing for so long is cut, with a reset; see also `least_rate`.
    duration write_timeout = std::chrono::seconds(10);
    /// For the head of a request, from its first byte or the accept; then 408.
    duration head_timeout = std::chrono::seconds(10);
    /// For the whole body of a request, from its head; then 408. See also `least_rate`.
    duration body_timeout = std::chrono::seconds(30);
    /// For the next request on a connection; then it is closed. Longer than the 60 s of common balancers.
    duration idle_timeout = std::chrono::seconds(75);
    duration maximum_age{}; ///< of a stream, less up to a tenth by chance; then its client comes back. Off

    // Limits. Sizes are bytes, and where nothing else is said 0 is taken at its word, and the largest value
    // is no limit.

    /// Of a request's head, as it comes; over it 414 or 431. So much may also lie behind a request that is
    /// being answered.
    std::size_t head_bytes = 16 * 1024;
    /// Of a request's body, without the framing of chunks; over it 413. 0: requests have no bodies.
    std::size_t body_bytes = 1024 * 1024;
    /// Unsent bytes of one stream, when a further event is sent; over it the stream is cut. One event may be
    /// larger.
    std::size_t queue_bytes = 1024 * 1024;
    /// Of all clients together: requests that come in, bodies that are being answered, unsent bytes, by the
    /// blocks that hold them. Over it those who hold most are ended: streams are cut as for `queue_bytes`,
    /// requests that come in are refused for a while. Counted in steps of 64 KiB a loop, and looked at
    /// between turns, so what one turn sends comes on top. 0: no limit.
    std::size_t buffered_bytes = 256 * 1024 * 1024;
    /// That a client may send while its stream is open, or behind a request that was refused; over it the
    /// connection closes. Of a stream that is logged and counted in `bad_requests`.
    std::size_t discarded_input_bytes = 64 * 1024;
    /// Bytes a second that a client has to send of a body, on average and after five seconds (408), and has
    /// to take while bytes wait for it, once it has let us wait for `write_timeout` in all (cut, as one that
    /// takes nothing). The kernel's buffers are looked through; time in which nothing waits does not count.
    /// The default is far below the slowest mobile networks, which carry 1 to 2 KB/s. 0: any byte is enough;
    /// with the largest value a body has five seconds, and unsent bytes `write_timeout`.
    std::size_t least_rate = 240;
    /// Connections that are served at a time, never more than the process may have descriptors: with 1,024 of
    /// them 768. Over it one makes room: the longest idle, of the address that holds most idle ones, else the
    /// slowest request that is coming in, on the loop of the newcomer. Open streams stay; where nothing can
    /// be ended the newcomer is refused for a while. 0: everybody is refused.
    std::size_t max_connections = 100'000;
    /// Of one address, of IPv6 one /64; over it a connection is told 429 and closed. Unix sockets and trusted
    /// proxies are nobody's address. 0: any number.
    std::size_t max_connections_per_address = 0;
    /// Event streams of one address, as `trusted_proxies` tell it, counted as connections are; over it 429.
    /// 0: any number.
    std::size_t max_streams_per_address = 0;
    /// Threads of `run_blocking`, shared by the loops, made as they are needed; calls wait for a free one. 0
    /// is 1.
    std::size_t max_blocking_threads = 4;

    // Behaviour

    half_close on_half_close = half_close::probe;
    /// Proxies whose X-Forwarded-For is believed: addresses, networks ("10.0.0.0/8"), or "unix".
    std::vector<std::string> trusted_proxies{};
    /// Whether `run` stops the server gracefully on SIGINT and SIGTERM, and on SIGHUP reads the certificates
    /// of its endpoints again, where these come from files; else SIGHUP does what it did.
    bool handle_signals = true;
    /// May turn an exception that left a handler after the head into a last event, before the stream is cut.
    /// The text is sent as it is given; empty: nothing is sent.
    std::function<std::optional<event_text>(std::exception_ptr, request const&)> on_handler_error{};
    /// May answer a request in another way that is refused for a while: with `status` 503, because the server
    /// is full or stops, or 429, because the client's address has as much as it may have. `standard` is what
    /// `refused_for_now` makes of it. Called on a loop, with middleware around it, and also when there are no
    /// descriptors left: it must not wait. One that throws is logged, and the standard answer is sent.
    std::function<response(request const& asked, int status, response const& standard)> on_refusal{};
    /// Told once of each request, and of each stream that was handed over, when all of it is over. Called on
    /// a loop, which it holds up as long as it takes. It may call the server. What it throws is logged.
    std::function<void(stream_end const&)> on_stream_end{};
    log_hook log = log_to_stderr;
    /// For the spread of reconnects and ages; fixed in tests.
    std::uint64_t random_seed = 0;
};

} // namespace tidings
