// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/detail/loop_state.hpp>
#include <tidings/server/detail/peer_address.hpp>
#include <tidings/server/detail/socket_watch.hpp>
#include <tidings/server/detail/stream_socket.hpp>
#include <tidings/wait/loop_timer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tidings::detail {

/// Accepts connections on one address, in batches, and hands them on. When descriptors run out it says so,
/// and answers all waiting clients that there is no place for them, with a descriptor kept for that; where
/// that one is lost too, it tries again after a pause.
class listener final : public std::enable_shared_from_this<listener>, socket_watch::user, loop_timer
{
public:
    /// It may end whoever owns the listener.
    using sink = std::function<void(stream_socket, peer_address)>;

    /// Throws `boost::system::system_error` whose text names the address, when it cannot be listened on.
    listener(loop_state& home, server_options const& options, sink accepted);
    ~listener();

    void start();
    /// Stops listening; what the kernel still holds is reset.
    void stop();

    /// The port that was bound; 0 for a unix socket.
    std::uint16_t port() const noexcept { return port_; }

private:
    void on_ready(socket_readiness) override;
    void on_time() override;
    void accept_batch();
    void keep_reserve();
    void out_of_descriptors();
    bool turn_away_waiting();

    loop_state& home_;
    sink accepted_;
    stream_socket socket_;
    std::uint16_t port_ = 0;
    std::string unix_path_;
    int reserve_ = -1;
    bool is_watched_ = false;
    bool is_refused_a_watch_ = false;
    bool is_short_of_descriptors_ = false;
};

} // namespace tidings::detail
