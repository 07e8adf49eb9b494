// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/internal/reactor.hpp>
#include <tidings/net/internal/stream_socket.hpp>
#include <tidings/net/redis/internal/engine_url.hpp>

#include <sys/socket.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::internal {

struct dial_address
{
    sockaddr_storage bytes{};
    socklen_t size = 0;
};

/// Where an engine is, in the order in which it is to be tried. Looking up a name blocks. Throws
/// `std::runtime_error` with a text that names the host or the path.
std::vector<dial_address> addresses_of(engine_url const& where);

/// One connection to an engine: bytes out, in the order in which they are given, and bytes in, as they come.
/// On the loop's thread only.
class engine_connection final : reactor::user
{
public:
    class owner
    {
    public:
        virtual void on_connected() = 0;
        /// May close the connection.
        virtual void on_bytes(engine_connection& from, std::string_view bytes) = 0;
        /// It is closed; the text says why.
        virtual void on_lost(std::string const& why) = 0;

    protected:
        ~owner() = default;
    };

    engine_connection(std::shared_ptr<reactor> reactor, owner& of);
    ~engine_connection() { close(); }
    engine_connection(engine_connection const&) = delete;
    engine_connection& operator=(engine_connection const&) = delete;

    /// Tries the addresses one after the other.
    void connect(std::vector<dial_address> to);
    bool is_connected() const noexcept { return is_connected_; }
    void send(std::string bytes);
    void close() noexcept;

private:
    void on_ready(socket_readiness what) override;
    void try_next();
    void finish_connecting();
    void read();
    void write();
    void lose(std::string const& why);

    std::shared_ptr<reactor> const reactor_;
    owner& owner_;
    std::vector<dial_address> addresses_; // that were not tried, the next one last
    stream_socket socket_;
    bool is_connected_ = false;
    int last_error_ = 0;
    std::string unsent_;
    std::size_t sent_ = 0; // of it
};

} // namespace tidings::internal
