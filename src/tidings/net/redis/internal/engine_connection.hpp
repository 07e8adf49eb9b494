// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/internal/reactor.hpp>
#include <tidings/net/internal/stream_socket.hpp>
#include <tidings/net/redis/internal/engine_fault.hpp>
#include <tidings/net/redis/internal/engine_url.hpp>
#include <tidings/net/tls/internal/tls_client.hpp>

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
/// `engine_fault` with a text that names the host or the path.
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
        /// It is of no use any more, and to be closed.
        virtual void on_lost(engine_fault const& why) = 0;

    protected:
        ~owner() = default;
    };

    /// `where` outlives it, and says whether what is said is encrypted.
    engine_connection(std::shared_ptr<reactor> reactor, engine_url const& where, owner& of);
    ~engine_connection() { close(); }
    engine_connection(engine_connection const&) = delete;
    engine_connection& operator=(engine_connection const&) = delete;

    /// Tries the addresses one after the other.
    void connect(std::vector<dial_address> to);
    bool is_connected() const noexcept { return is_connected_; }
    /// The socket is connected, and the handshake is not done.
    bool is_in_handshake() const noexcept { return is_dialled_ && !is_connected_; }
    void send(std::string bytes);
    void close() noexcept;

private:
    void on_ready(socket_readiness what) override;
    void try_next();
    void finish_connecting();
    void read();
    void write();
    void decrypt(std::string_view bytes);
    void queue(std::string bytes);
    void lose_broken();
    void lose(std::string const& why) { owner_.on_lost(engine_fault(why)); }

    std::shared_ptr<reactor> const reactor_;
    engine_url const& where_;
    owner& owner_;
    std::vector<dial_address> addresses_; // that were not tried, the next one last
    stream_socket socket_;
    std::unique_ptr<encrypted_client> tls_;
    bool is_dialled_ = false;
    bool is_connected_ = false; // and let in by the handshake
    int last_error_ = 0;
    std::string unsent_;
    std::size_t sent_ = 0; // of it
};

} // namespace tidings::internal
