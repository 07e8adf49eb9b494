// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/service/internal/found_socket.hpp>
#include <tidings/service/detail/unit_state.hpp>
#include <tidings/service/service.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace tidings {

namespace {

// Those that systemd has opened, all of which a server has to be able to accept from.
std::vector<internal::stream_socket> take_passed(std::vector<std::string> const& names)
{
    std::vector<internal::stream_socket> all;
    int number = 3; // the first that systemd passes
    for (std::string const& name : names) {
        if (std::string const why = internal::why_not_listening(number); !why.empty())
            throw std::runtime_error(fmt::format(
                "tidings: the descriptor {} ({}), which systemd passes (LISTEN_FDS), {}", number, name, why));
        all.push_back(internal::take_inherited(number++));
    }
    return all;
}

} // namespace

service::service(service_options const& options) : state_(std::make_shared<detail::unit_state>())
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing may change it meanwhile
    auto const look_up = [](char const* name) -> char const* { return std::getenv(name); };
    state_->around = detail::read_environment(look_up, ::getpid());
    if (!state_->around.sockets.empty()) {
        sockets_ = take_passed(state_->around.sockets);
        return;
    }
    state_->upgrade_socket = options.upgrade_socket;
    if (!options.upgrade_socket.empty())
        state_->before = detail::predecessor::find(options.upgrade_socket);
    if (!state_->before)
        return;
    sockets_ = state_->before->take_sockets();
    auto const calls = std::ranges::find_if(sockets_, [&](internal::stream_socket const& each) {
        return internal::listens_at(each.descriptor(), {.unix_socket = options.upgrade_socket});
    });
    if (calls == sockets_.end())
        throw std::runtime_error(fmt::format(
            "tidings: the process {} does not listen at the upgrade socket {}, although it answers "
            "there: name the path as that process does",
            state_->before->process(), options.upgrade_socket));
    state_->upgrades = internal::take_call_socket(std::move(*calls), options.upgrade_socket);
    sockets_.erase(calls);
}

service::~service() = default;

std::vector<endpoint> service::listen(std::vector<endpoint> wanted)
{
    bool const is_activated = !state_->around.sockets.empty();
    if (is_activated && sockets_.size() != wanted.size())
        throw std::runtime_error(
            fmt::format("tidings: systemd passes {} sockets (LISTEN_FDS), and the program listens in {} "
                        "places: the .socket unit needs one ListenStream= for each, in the same order",
                        sockets_.size(), wanted.size()));
    std::size_t next = 0;
    for (endpoint& each : wanted) {
        auto const found = is_activated
                               ? sockets_.begin() + static_cast<std::ptrdiff_t>(next++)
                               : std::ranges::find_if(sockets_, [&](internal::stream_socket const& one) {
                                     return one.is_open() && internal::listens_at(one.descriptor(), each);
                                 });
        if (found != sockets_.end())
            each = internal::with_socket(std::move(each), std::move(*found), !is_activated);
    }
    sockets_.clear(); // the others are listened on no more
    return wanted;
}

bool service::replaces() const noexcept
{
    return state_->before.has_value();
}

void service::request_release()
{
    if (state_->before)
        state_->before->request_release();
}

void service::on_release(std::function<void()> release, std::function<void()> reclaim)
{
    state_->release = std::move(release);
    state_->reclaim = std::move(reclaim);
}

void service::start(server& which)
{
    if (state_->server)
        throw std::logic_error("tidings: service::start is called once: a service looks after one server");
    which.start();
    if (!state_->upgrade_socket.empty() && !state_->before)
        state_->upgrades = internal::listen_at(state_->upgrade_socket);
    state_->server.emplace(which);
    which.spawn(detail::tell_manager, state_);
    if (state_->around.watchdog && !state_->around.notify_socket.empty())
        which.spawn(detail::answer_watchdog, state_);
    if (!state_->upgrade_socket.empty())
        which.spawn(detail::serve_upgrades, state_);
}

} // namespace tidings
