// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/redis/internal/engine_connection.hpp>
#include <tidings/net/redis/internal/engine_encryption.hpp>

#include <boost/asio/buffer.hpp>

#include <fmt/format.h>
#include <sys/un.h>
#include <system_error>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <stdexcept>
#include <utility>

namespace tidings::internal {

namespace {

using namespace std::chrono_literals;

// The kernel finds an engine that has vanished; one that is there and silent is found by what is asked of it.
constexpr peer_probes probes{.silence = 15s, .interval = 5s};

std::vector<dial_address> look_up(std::string const& host, std::uint16_t port)
{
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    int const error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &list);
    if (error != 0)
        throw engine_fault(fmt::format("the host {} cannot be looked up: {}", host, ::gai_strerror(error)));
    std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> const owner(list, ::freeaddrinfo);
    std::vector<dial_address> found;
    for (addrinfo const* each = list; each; each = each->ai_next) {
        found.push_back({.size = each->ai_addrlen});
        std::memcpy(&found.back().bytes, each->ai_addr, each->ai_addrlen);
    }
    return found;
}

dial_address unix_address(std::string const& path)
{
    dial_address made;
    auto& address = reinterpret_cast<sockaddr_un&>(made.bytes);
    if (path.size() >= sizeof address.sun_path)
        throw engine_fault(
            fmt::format("the path {} is too long for a unix socket, which has at most {} bytes", path,
                        sizeof address.sun_path - 1));
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    made.size = sizeof address;
    return made;
}

// A socket that is connecting. Not open, with `errno` set, where it fails at once.
stream_socket dial(dial_address const& to) noexcept
{
    auto const& address = reinterpret_cast<sockaddr const&>(to.bytes);
    stream_socket made(::socket(address.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!made.is_open())
        return made;
    prepare(made.descriptor(), probes);
    if (::connect(made.descriptor(), &address, to.size) == 0 || errno == EINPROGRESS)
        return made;
    int const error = errno;
    made.close();
    errno = error;
    return made;
}

// What has become of it: 0, or an errno.
int dial_error(stream_socket const& of) noexcept
{
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(of.descriptor(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

} // namespace

std::vector<dial_address> addresses_of(engine_url const& where)
{
    return where.unix_socket.empty() ? look_up(where.host, where.port)
                                     : std::vector{unix_address(where.unix_socket)};
}

engine_connection::engine_connection(std::shared_ptr<reactor> reactor, engine_url const& where, owner& of)
    : reactor_(std::move(reactor)), where_(where), owner_(of)
{}

void engine_connection::connect(std::vector<dial_address> to)
{
    try {
        tls_ = encrypt_engine(where_);
    } catch (engine_fault const& fault) {
        return owner_.on_lost(fault);
    }
    addresses_ = std::move(to);
    std::ranges::reverse(addresses_);
    try_next();
}

void engine_connection::try_next()
{
    while (!addresses_.empty()) {
        socket_ = dial(addresses_.back());
        last_error_ = socket_.is_open() ? 0 : errno;
        addresses_.pop_back();
        if (!socket_.is_open())
            continue;
        if (!reactor_->add(socket_.descriptor(), *this))
            return lose("the system watches no more sockets for this process");
        return reactor_->watch_writing(socket_.descriptor(), *this);
    }
    lose(std::generic_category().message(last_error_));
}

void engine_connection::finish_connecting()
{
    last_error_ = dial_error(socket_);
    if (last_error_ == 0) {
        is_dialled_ = true;
        if (tls_)
            return decrypt({});
        is_connected_ = true;
        return owner_.on_connected();
    }
    reactor_->remove(socket_.descriptor(), *this);
    socket_.close();
    try_next();
}

void engine_connection::on_ready(socket_readiness what)
{
    if (!is_dialled_) {
        if (!what.can_write && !what.has_hung_up)
            return;
        finish_connecting();
    }
    if (is_dialled_ && what.can_write)
        write();
    if (is_dialled_)
        read();
}

// All that there is, since the reactor tells of it once. An engine has nobody else's time to take here.
void engine_connection::read()
{
    std::array<char, 64 * 1024> buffer;
    while (is_dialled_) {
        auto const got = socket_.receive(buffer);
        if (got.what == receive_result::nothing)
            return;
        if (got.what != receive_result::bytes)
            return lose("it has closed the connection");
        if (tls_)
            decrypt({buffer.data(), got.count});
        else
            owner_.on_bytes(*this, {buffer.data(), got.count});
    }
}

// The handshake is made of the answers to what comes. Whoever is told of anything may close the connection.
void engine_connection::decrypt(std::string_view bytes)
{
    std::string text;
    try {
        text = tls_->decrypt(bytes);
    } catch (std::runtime_error const& error) {
        std::string const alert = tls_->take_output();
        boost::asio::const_buffer const piece(alert.data(), alert.size());
        if (unsent_.empty())
            socket_.send({&piece, 1}); // as much of it as there is room for
        return owner_.on_lost(engine_fault(error.what(), true));
    }
    queue(tls_->take_output());
    if (is_in_handshake() && tls_->is_established()) {
        is_connected_ = true;
        owner_.on_connected();
    }
    if (is_connected_ && !text.empty())
        owner_.on_bytes(*this, text);
}

void engine_connection::send(std::string bytes)
{
    if (!is_connected_ || bytes.empty())
        return;
    if (!tls_)
        return queue(std::move(bytes));
    try {
        tls_->encrypt(bytes);
    } catch (std::runtime_error const& error) {
        return owner_.on_lost(engine_fault(error.what(), true));
    }
    queue(tls_->take_output());
}

void engine_connection::queue(std::string bytes)
{
    if (unsent_.empty())
        unsent_ = std::move(bytes);
    else
        unsent_ += bytes;
    write();
}

void engine_connection::write()
{
    while (sent_ < unsent_.size()) {
        auto const rest = boost::asio::const_buffer(unsent_.data() + sent_, unsent_.size() - sent_);
        auto const result = socket_.send({&rest, 1});
        if (result.is_broken)
            return lose_broken();
        if (result.count == 0)
            return;
        sent_ += result.count;
    }
    unsent_.clear();
    sent_ = 0;
}

// Behind TLS an alert that says why may lie unread.
void engine_connection::lose_broken()
{
    std::array<char, 16 * 1024> buffer;
    try {
        for (auto got = socket_.receive(buffer); tls_ && got.what == receive_result::bytes;
             got = socket_.receive(buffer))
            tls_->decrypt({buffer.data(), got.count});
    } catch (std::runtime_error const& error) {
        return owner_.on_lost(engine_fault(error.what(), true));
    }
    lose("it has closed the connection");
}

void engine_connection::close() noexcept
{
    if (socket_.is_open())
        reactor_->remove(socket_.descriptor(), *this);
    socket_.close();
    is_dialled_ = is_connected_ = false;
    tls_.reset();
    addresses_.clear();
    unsent_.clear();
    sent_ = 0;
}

} // namespace tidings::internal
