// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/net/internal/stream_socket.hpp>
#include <tidings/sse/event_parser.hpp>
#include <tidings/testing/detail/answer_body.hpp>
#include <tidings/testing/print.hpp>
#include <tidings/testing/received_head.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::testing {

/// What a client is made with.
struct client_options
{
    /// For each call as a whole, however much arrives in the meantime; then it throws.
    duration limit = std::chrono::seconds(10);
    /// Of the kernel's receive buffer, in bytes; 0: the system's default. Small for slow readers.
    int receive_buffer = 0;
};

/// A client on a real socket of this machine that sends and reads exactly what the test says: for tests of
/// what a well-behaved client never does. Blocking; every call, including connecting, ends within
/// `client_options::limit`: it throws `std::runtime_error` if the time is over or the connection ends too
/// early. Movable.
class client
{
public:
    /// Connects to 127.0.0.1 or ::1.
    explicit client(std::uint16_t port, client_options options = {});
    static client over_ipv6(std::uint16_t port, client_options options = {});
    static client over_unix_socket(std::string const& path, client_options options = {});

    // Sending

    void send(std::string_view bytes);

    /// Sends "GET target HTTP/1.1" with a Host, and these header lines, each with its CRLF.
    void get(std::string_view target, std::string_view header_lines = {});

    // Reading

    /// Everything received up to and including the first `mark`.
    std::string read_until(std::string_view mark);
    received_head read_head();
    /// The body after the last headers read: by its length, its chunks, or to the end of the stream.
    std::string read_body();
    /// The next event after the last headers read; empty if the body has ended properly or the server has
    /// closed. Skips a `tidings-place`, as an EventSource without a listener for it does.
    std::optional<received_event> next_event();
    /// What an EventSource would send when it reconnects.
    std::string const& last_event_id() const noexcept { return events_.last_event_id(); }
    /// Everything up to the end of the stream.
    std::string read_to_end();

    /// Waits until the server ends the connection, and returns how; drops what arrives before.
    enum class ending
    {
        closed,
        reset,
    };
    ending wait_for_end();

    /// Whether the body that was read last had a proper end.
    bool is_body_complete() const noexcept { return framing_.is_complete(); }

    // Leaving

    void half_close() { socket_.shutdown_send(); } ///< sends no more, and still reads
    void close() { socket_.close(); }              ///< as a closed tab does
    void reset() { socket_.close_with_reset(); }   ///< as a crashed peer does: no FIN, a RST
    /// Behaves as if its cable was cut: acknowledges nothing and sends nothing until it is closed. Throws if
    /// the system cannot do that to a socket (Unix sockets).
    void vanish();

    int native_handle() const noexcept { return socket_.descriptor(); }

private:
    client(internal::stream_socket socket, client_options options) noexcept;
    time_point end_of_call() const noexcept;
    void wait_ready(short what, time_point until) const;
    bool fill(time_point until);
    bool fill_body(time_point until);
    std::string read_until(std::string_view mark, time_point until);

    internal::stream_socket socket_;
    client_options options_;
    std::string buffer_; // received, not yet looked at
    std::string body_;   // out of its framing, not yet looked at
    detail::answer_body framing_;
    event_parser events_;
    bool has_ended_ = false;
    bool was_reset_ = false;
};

} // namespace tidings::testing
