// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/http/request.hpp>
#include <tidings/loop/internal/loop_timer.hpp>
#include <tidings/net/internal/encryption.hpp>
#include <tidings/net/internal/peer_address.hpp>
#include <tidings/testing/detail/answer_body.hpp>
#include <tidings/testing/received_head.hpp>

namespace tidings::testing::detail {

/// A connection in memory, over which one request goes: a client, which takes no more than it is told to, and
/// before the server what stands there in place of a socket. Lives until both have let go; on one loop.
class memory_link final : public internal::encryption,
                          public std::enable_shared_from_this<memory_link>,
                          internal::loop_timer
{
public:
    memory_link(boost::asio::io_context& loop, request const& asked, internal::peer_probes probes);

    /// A descriptor that never becomes ready, for what the server asks of a socket.
    static internal::stream_socket silent_descriptor();
    /// That of the request, or that of this machine.
    internal::peer_address const& peer() const noexcept { return peer_; }

    // What the client does

    void half_close();
    void close();
    void reset();
    void vanish();
    void take_only(std::size_t bytes); ///< of the body, from now on

    // What it has

    std::optional<received_head> const& head() const noexcept { return head_; }
    std::string const& text() const noexcept { return text_; }
    /// Nothing more can come.
    bool is_over() const noexcept { return body_.is_complete() || !server_; }

private:
    class server_side;

    // encryption
    std::unique_ptr<internal::encrypted_stream>
    secure(boost::asio::io_context& io, internal::stream_socket const& socket, internal::reactor& sockets,
           internal::reactor::user& of, std::string already_read, bool with_http2) const override;
    std::vector<std::string> warnings() const override { return {}; }
    std::chrono::system_clock::time_point expires() const override { return {}; }
    bool has_files() const override { return false; }
    duration file_check_interval() const override { return {}; }
    std::string refresh(bool) override { return {}; }

    void on_time() override;
    void tell(internal::socket_readiness what);
    internal::receive_result give(std::span<char> into);
    internal::send_result take(std::span<boost::asio::const_buffer const> pieces);
    std::size_t take(std::string_view bytes);

    boost::asio::io_context& loop_;
    duration const patience_; // of the kernel with a peer that has vanished
    internal::peer_address const peer_;
    std::string const principal_;
    bool const is_head_request_;
    std::string input_; // of the server, not yet read
    std::string head_text_;
    std::optional<received_head> head_;
    std::string text_;
    answer_body body_;
    std::size_t capacity_ = answer_body::unlimited;
    internal::reactor::user* server_ = nullptr; // null before it accepts, and when it has closed
    bool is_full_ = false;                      // the server waits for room
    bool has_ended_ = false;                    // the client sends no more
    bool is_closed_ = false;                    // and keeps nothing of what it is sent
    bool has_vanished_ = false;
    bool is_gone_ = false;
};

} // namespace tidings::testing::detail
