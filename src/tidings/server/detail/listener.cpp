// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/listener.hpp>
#include <tidings/server/detail/turn_away.hpp>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/system/system_error.hpp>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <utility>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

constexpr int batch_size =
    16; // accepted before others get their turn: those who came before are served meanwhile
// More at once would hold the loop up.
constexpr int turned_away_at_once = 256;
constexpr auto pause_when_short = std::chrono::milliseconds(100);

[[noreturn]] void refuse(std::string const& where, std::string const& what, int error)
{
    throw boost::system::system_error(boost::system::error_code(error, boost::system::system_category()),
                                      fmt::format("tidings: cannot {} {}", what, where));
}

asio::generic::stream_protocol::endpoint endpoint_of(server_options const& options)
{
    if (!options.unix_socket.empty())
        return asio::local::stream_protocol::endpoint(options.unix_socket);
    boost::system::error_code error;
    auto const address = asio::ip::make_address(options.host, error);
    if (error)
        throw boost::system::system_error(
            error,
            fmt::format(
                "tidings: server_options::host must be an address such as 127.0.0.1, :: or 0.0.0.0, not "
                "\"{}\"",
                options.host));
    return asio::ip::tcp::endpoint(address, options.port);
}

// A TCP client is handed over with its first bytes, or after a second without any: its request is then read
// in the turn that accepts it, and who connects ahead of a need costs nothing yet.
void accept_with_first_bytes(int descriptor) noexcept
{
    int const seconds = 1;
    (void)::setsockopt(descriptor, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
}

// A socket file that nobody listens on was left by a server that is gone.
void remove_stale_socket(std::string const& path)
{
    struct stat found;
    if (::stat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode))
        return;
    asio::io_context io;
    asio::local::stream_protocol::socket probe(io);
    boost::system::error_code error;
    probe.connect(asio::local::stream_protocol::endpoint(path), error);
    if (error == asio::error::connection_refused)
        ::unlink(path.c_str());
}

} // namespace

listener::listener(loop_state& home, server_options const& options, sink accepted)
    : loop_timer(home.root), home_(home), accepted_(std::move(accepted))
{
    auto const endpoint = endpoint_of(options);
    bool const is_unix = !options.unix_socket.empty();
    std::string const where =
        is_unix ? options.unix_socket : fmt::format("{} port {}", options.host, options.port);
    if (is_unix)
        remove_stale_socket(options.unix_socket);
    boost::system::error_code error;
    asio::generic::stream_protocol::socket made(home.io);
    made.open(endpoint.protocol(), error);
    if (error)
        refuse(where, "open a socket for", error.value());
    made.set_option(asio::socket_base::reuse_address(true), error);
    made.bind(endpoint, error);
    if (error)
        refuse(where, "bind to", error.value());
    if (is_unix)
        unix_path_ = options.unix_socket;
    prepare(made.native_handle(), probes_of(options.keep_alive));
    accept_with_first_bytes(made.native_handle());
    if (::listen(made.native_handle(), options.backlog) != 0)
        refuse(where, "listen on", errno);
    made.native_non_blocking(true);
    if (!is_unix) {
        auto const bound = made.local_endpoint();
        asio::ip::tcp::endpoint tcp;
        std::copy_n(reinterpret_cast<char const*>(bound.data()), bound.size(),
                    reinterpret_cast<char*>(tcp.data()));
        port_ = tcp.port();
    }
    socket_ = stream_socket(made.release());
    keep_reserve();
}

listener::~listener()
{
    stop();
}

void listener::start()
{
    if (!socket_.is_open())
        return;
    is_watched_ = home_.sockets->add_listening(socket_.descriptor(), *this);
    if (is_watched_)
        return;
    if (!std::exchange(is_refused_a_watch_, true))
        home_.shared->log(log_level::error, "the system watches no more sockets: nobody is accepted; raise "
                                            "fs.epoll.max_user_watches");
    set(now() + pause_when_short);
}

void listener::on_ready(socket_readiness)
{
    auto const alive = shared_from_this();
    accept_batch();
}

void listener::on_time()
{
    is_watched_ ? home_.sockets->listen(socket_.descriptor(), *this, true) : start();
}

void listener::stop()
{
    clear();
    if (std::exchange(is_watched_, false))
        home_.sockets->remove(socket_.descriptor(), *this);
    socket_.close();
    if (int const reserve = std::exchange(reserve_, -1); reserve >= 0)
        ::close(reserve);
    if (!unix_path_.empty())
        ::unlink(std::exchange(unix_path_, {}).c_str());
}

void listener::keep_reserve()
{
    if (reserve_ < 0 && socket_.is_open())
        reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void listener::accept_batch()
{
    keep_reserve(); // another thread may have been quicker the last time
    for (int i = 0; i < batch_size && socket_.is_open(); ++i) {
        sockaddr_storage peer{};
        socklen_t size = sizeof peer;
        auto& address = reinterpret_cast<sockaddr&>(peer);
        int const descriptor = ::accept4(socket_.descriptor(), &address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            is_short_of_descriptors_ = false;
            accepted_(stream_socket(descriptor), peer_address(address));
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            return out_of_descriptors();
        if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO)
            return; // none is left
    }
}

void listener::out_of_descriptors()
{
    if (!std::exchange(is_short_of_descriptors_, true))
        home_.shared->log(log_kind::system_refused, log_level::error,
                          "out of descriptors: new clients are turned away until some are free; raise "
                          "the limit (ulimit -n) or lower server_options::max_connections");
    if (turn_away_waiting())
        return;
    home_.sockets->listen(socket_.descriptor(), *this, false);
    set(now() + pause_when_short);
}

// Those that wait in the kernel's queue would hang. With the place of the reserve one after the other is
// accepted, answered and closed. False when the place was lost.
bool listener::turn_away_waiting()
{
    if (reserve_ < 0)
        return false;
    ::close(std::exchange(reserve_, -1));
    bool has_place = true;
    for (int i = 0; i < turned_away_at_once && has_place; ++i) {
        stream_socket waiting(
            ::accept4(socket_.descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (waiting.is_open())
            turn_away(home_, std::move(waiting), "the server has no descriptors left");
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            break; // nobody waits any more
        else
            has_place = errno == EINTR || errno == ECONNABORTED || errno == EPROTO;
    }
    keep_reserve();
    return has_place && reserve_ >= 0;
}

} // namespace tidings::detail
