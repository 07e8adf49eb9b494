// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/sse/event_parser.hpp>
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

    client(client&& other) noexcept;
    client& operator=(client&& other) noexcept;
    ~client();

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
    bool is_body_complete() const noexcept { return is_complete_; }

    // Leaving

    void half_close(); ///< sends no more, and still reads
    void close();      ///< as a closed tab does
    void reset();      ///< as a crashed peer does: no FIN, a RST
    /// As one whose cable is cut: acknowledges nothing any more, and says nothing, as long as it is not
    /// closed. Throws where the system cannot do that to a socket (unix sockets).
    void vanish();

    int native_handle() const noexcept { return descriptor_; }

private:
    client(int descriptor, client_options options) noexcept;
    time_point end_of_call() const noexcept;
    void wait_ready(short what, time_point until) const;
    bool fill(time_point until);
    bool fill_body(time_point until);
    std::string read_until(std::string_view mark, time_point until);

    int descriptor_ = -1;
    client_options options_;
    std::string buffer_; // received, not yet looked at
    std::string body_;   // out of its framing, not yet looked at
    std::optional<std::size_t> length_;
    event_parser events_;
    std::size_t left_in_chunk_ = 0;
    bool is_chunked_ = false;
    bool is_complete_ = false;
    bool has_ended_ = false;
    bool was_reset_ = false;
};

} // namespace tidings::testing
