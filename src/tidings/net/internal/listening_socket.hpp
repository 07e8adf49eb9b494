// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/net/endpoint.hpp>
#include <tidings/net/internal/peer_address.hpp>
#include <tidings/net/internal/stream_socket.hpp>

#include <cstdint>

namespace tidings::internal {

/// As a person would name it: "127.0.0.1 port 80" or a path.
std::string describe(endpoint const& where);

/// A socket that listens, and that another process has opened.
struct opened_socket
{
    stream_socket socket;  ///< no longer open: a server has taken it
    bool has_file = false; ///< of a unix socket: the file goes with it
};

struct accept_result
{
    stream_socket socket; ///< open, or nothing was accepted
    peer_address peer;
    int error = 0; ///< an errno, where nothing was accepted

    /// Whether no descriptor or memory is left for one more.
    bool is_short() const noexcept;
    /// Whether there may be another client: this one went before it was accepted.
    bool may_go_on() const noexcept;
};

/// A socket that listens, and does not wait. The file of a unix socket goes with it, unless another server
/// has put its own in that place.
class listening_socket
{
public:
    /// Throws `boost::system::system_error` whose text names the endpoint, when it cannot be listened on;
    /// nothing is left of it then. What is accepted is prepared as `probes` says.
    listening_socket(endpoint const& where, int backlog, peer_probes const& probes);
    ~listening_socket() { close(); }
    listening_socket(listening_socket const&) = delete;
    listening_socket& operator=(listening_socket const&) = delete;

    bool is_open() const noexcept { return socket_.is_open(); }
    int descriptor() const noexcept { return socket_.descriptor(); }
    /// The port that was bound; 0 for a unix socket.
    std::uint16_t port() const noexcept { return port_; }

    accept_result accept() const noexcept;

    /// What the kernel still holds is reset, unless another process has the socket too.
    void close() noexcept;
    /// The file of a unix socket stays when this closes: another process goes on with the socket.
    void leave_file() noexcept { unix_path_.clear(); }

private:
    struct file
    {
        std::uint64_t device = 0;
        std::uint64_t number = 0;
        friend bool operator==(file const&, file const&) = default;
    };
    static file at(std::string const& path) noexcept;

    listening_socket() = default;
    void open(endpoint const& where);
    void take(endpoint const& where);

    stream_socket socket_;
    std::uint16_t port_ = 0;
    std::string unix_path_;
    file file_;
};

} // namespace tidings::internal
