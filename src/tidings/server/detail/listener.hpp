// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/internal/encryption.hpp>
#include <tidings/net/internal/listening_socket.hpp>
#include <tidings/server/detail/lent_connection.hpp>

namespace tidings::detail {

/// A client that has connected.
struct newcomer
{
    internal::stream_socket socket;
    internal::peer_address peer{};
    internal::encryption const* tls = nullptr; ///< of the server's options, where it is to encrypt
    internal::protocol const* http2 = nullptr; ///< of them too, where that may be spoken
    std::string already_read{};
    return_socket on_unrouted{}; ///< where it was lent
};

/// Accepts connections on one endpoint, in batches, and hands them on. When descriptors run out it says so,
/// and answers all waiting clients that there is no place for them, with a descriptor kept for that; where
/// that one is lost too, it tries again after a pause.
class listener final : public std::enable_shared_from_this<listener>,
                       internal::reactor::user,
                       internal::loop_timer
{
public:
    /// It may end whoever owns the listener.
    using sink = std::function<void(newcomer)>;

    /// Throws `boost::system::system_error` whose text names the endpoint, when it cannot be listened on.
    listener(loop_state& home, endpoint const& where, sink accepted);
    ~listener();

    void start();
    /// Accepts nobody until `start`; clients wait in the kernel's queue.
    void pause();
    /// Stops listening; what the kernel still holds is reset.
    void stop();

    /// The port that was bound; 0 for a unix socket.
    std::uint16_t port() const noexcept { return socket_.port(); }
    internal::listening_socket& socket() noexcept { return socket_; }

private:
    void on_ready(internal::socket_readiness) override;
    void on_time() override { start(); }
    void accept_batch();
    void keep_reserve();
    void out_of_descriptors();
    bool turn_away_waiting();

    loop_state& home_;
    sink accepted_;
    internal::encryption const* const tls_;
    internal::protocol const* const http2_;
    internal::listening_socket socket_;
    int reserve_ = -1;
    bool is_watched_ = false;
    bool is_refused_a_watch_ = false;
    bool is_short_of_descriptors_ = false;
};

/// One for each endpoint of the server, or none: throws as the constructor, and where one is named twice.
std::vector<std::shared_ptr<listener>> listen(loop_state& home, listener::sink const& accepted);

} // namespace tidings::detail
