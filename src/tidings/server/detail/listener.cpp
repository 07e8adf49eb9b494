// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/listener.hpp>
#include <tidings/server/detail/room.hpp>
#include <tidings/wait/internal/tasks.hpp>

#include <unistd.h>

#include <algorithm>
#include <fcntl.h>
#include <stdexcept>

namespace tidings::detail {

namespace {

// Accepted before others get their turn: those who came before are served meanwhile.
constexpr int batch_size = 16;
// More at once would hold the loop up.
constexpr int turned_away_at_once = 256;
constexpr auto pause_when_short = std::chrono::milliseconds(100);

} // namespace

listener::listener(loop_state& home, endpoint const& where, sink accepted)
    : loop_timer(internal::home_of(home.root)), home_(home), accepted_(std::move(accepted)),
      tls_(where.tls.get()), http2_(where.http2.get()),
      socket_(where, home.shared->options.backlog, internal::probes_of(home.shared->options.keep_alive))
{
    keep_reserve();
}

listener::~listener()
{
    stop();
}

void listener::start()
{
    if (!socket_.is_open() || is_watched_)
        return;
    is_watched_ = home_.sockets->add_listening(socket_.descriptor(), *this);
    if (is_watched_)
        return;
    if (!std::exchange(is_refused_a_watch_, true))
        home_.shared->log(log_level::error, "the system watches no more sockets: nobody is accepted; raise "
                                            "fs.epoll.max_user_watches");
    set(now() + pause_when_short);
}

void listener::on_ready(internal::socket_readiness)
{
    auto const alive = shared_from_this();
    accept_batch();
}

void listener::pause()
{
    clear();
    if (std::exchange(is_watched_, false))
        home_.sockets->remove(socket_.descriptor(), *this);
}

void listener::stop()
{
    pause();
    socket_.close();
    if (int const reserve = std::exchange(reserve_, -1); reserve >= 0)
        ::close(reserve);
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
        auto client = socket_.accept();
        if (client.socket.is_open()) {
            is_short_of_descriptors_ = false;
            accepted_(
                {.socket = std::move(client.socket), .peer = client.peer, .tls = tls_, .http2 = http2_});
        } else if (client.is_short()) {
            return out_of_descriptors();
        } else if (!client.may_go_on()) {
            return; // none is left
        }
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
    pause();
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
        auto waiting = socket_.accept();
        if (waiting.socket.is_open())
            turn_away(home_, std::move(waiting.socket), tls_, "the server has no descriptors left");
        else if (waiting.is_short())
            has_place = false;
        else if (!waiting.may_go_on())
            break; // nobody waits any more
    }
    keep_reserve();
    return has_place && reserve_ >= 0;
}

std::vector<std::shared_ptr<listener>> listen(loop_state& home, listener::sink const& accepted)
{
    std::vector<std::shared_ptr<listener>> all;
    auto const& places = home.shared->options.listen;
    for (auto each = places.begin(); each != places.end(); ++each) {
        bool const is_any_port = each->unix_socket.empty() && each->port == 0;
        if (!is_any_port && std::find(places.begin(), each, *each) != each)
            throw std::invalid_argument("tidings: server_options::listen has " + internal::describe(*each) +
                                        " twice");
        all.push_back(std::make_shared<listener>(home, *each, accepted));
    }
    return all;
}

} // namespace tidings::detail
