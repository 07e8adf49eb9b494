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
    /// For each call as a whole, however much comes meanwhile; afterwards it throws.
    duration limit = std::chrono::seconds(10);
    /// Of the kernel's receive buffer, in bytes; 0: as the system has it. Small for slow readers.
    int receive_buffer = 0;
};

/// A client on a real socket of this machine that sends what it is told and reads what it is told: for tests
/// of what a well-behaved client never does. Blocking; every call, connecting among them, is over within
/// `client_options::limit`: it throws `std::runtime_error` when the time is over or the connection ends too
/// early. Movable.
class client
{
public:
    /// Connects to 127.0.0.1, or to ::1.
    explicit client(std::uint16_t port, client_options options = {});
    static client over_ipv6(std::uint16_t port, client_options options = {});
    static client over_unix_socket(std::string const& path, client_options options = {});

    // Sending

    void send(std::string_view bytes);

    /// Sends "GET target HTTP/1.1" with a Host, and these header lines, each with its CRLF.
    void get(std::string_view target, std::string_view header_lines = {});

    // Reading

    /// What has come, up to and with the first `mark`.
    std::string read_until(std::string_view mark);
    received_head read_head();
    /// The body behind the head that was read last: by its length, its chunks, or to the end of the stream.
    std::string read_body();
    /// The next event behind the head that was read last; empty when the body has ended properly or the
    /// server has closed. A `tidings-place` is passed over, as by an EventSource, which has no listener for
    /// it.
    std::optional<received_event> next_event();
    /// What an EventSource would come back with.
    std::string const& last_event_id() const noexcept { return events_.last_event_id(); }
    /// Everything to the end of the stream.
    std::string read_to_end();

    /// How the server ended the connection; waits for it, and drops what comes before.
    enum class ending
    {
        closed,
        reset,
    };
    ending wait_for_end();

    /// Whether the body that was read last had its proper end.
    bool is_body_complete() const noexcept { return framing_.is_complete(); }

    // Leaving

    void half_close() { socket_.shutdown_send(); } ///< sends no more, and still reads
    void close() { socket_.close(); }              ///< as a closed tab does
    void reset() { socket_.close_with_reset(); }   ///< as a crashed peer does: no FIN, a RST
    /// As one whose cable is cut: acknowledges nothing any more, and says nothing, as long as it is not
    /// closed. Throws where the system cannot do that to a socket (unix sockets).
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
