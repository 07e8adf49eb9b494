// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/certificates.hpp>
#include <tidings/server/detail/engine.hpp>
#include <tidings/server/detail/protocol.hpp>
#include <tidings/server/detail/room.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <stdexcept>
#include <thread>

namespace asio = boost::asio;

namespace tidings::detail {

namespace {

// How long the end of a server waits for calls of `run_blocking` before it says so.
constexpr duration patience_with_calls = std::chrono::milliseconds(500);

} // namespace

engine::engine(server_options options) : shared(std::make_shared<shared_state>(std::move(options)))
{
    std::size_t const count = std::max<std::size_t>(shared->options.loops, 1);
    for (std::size_t i = 0; i < count; ++i) {
        own_.push_back(std::make_unique<asio::io_context>(1));
        add_loop(*own_.back());
    }
}

engine::engine(asio::io_context& loop, server_options options)
    : shared(std::make_shared<shared_state>(std::move(options)))
{
    add_loop(loop);
}

engine::~engine()
{
    close();
    tell_of_calls();
}

// Nothing ends a thread that is in a call, and the call may use what dies with the server or after it. So it
// is waited for, but never without a word.
void engine::tell_of_calls() const
{
    bool const has_own_loops = !own_.empty();
    std::size_t const running =
        blocking_.wait_until_idle(has_own_loops ? patience_with_calls : duration::zero());
    if (running != 0)
        shared->log(
            log_level::warning,
            fmt::format(
                "calls of run_blocking still run although the server has ended ({}): the destructor of {} "
                "waits for them, since a thread cannot be interrupted; give such calls their own time limit",
                running, has_own_loops ? "the server" : "its io_context"));
}

void engine::add_loop(asio::io_context& io)
{
    blocking_.serve(io.get_executor());
    loops_.push_back(std::make_shared<loop_state>(io, shared, shared->options.random_seed + loops_.size()));
    shared->loop_count = loops_.size();
    guards_.emplace_back();
    if (!work_)
        work_ = std::make_shared<background>(io.get_executor(), shared);
}

// On a loop; a handler may let go of the server until then.
template <typename Function>
void engine::post(std::size_t loop, Function call)
{
    asio::post(loops_[loop]->io, [engine = weak_from_this(), call = std::move(call)]() mutable {
        if (auto const self = engine.lock())
            call(*self);
    });
}

void engine::start()
{
    if (has_started)
        return;
    shared->places = plan_descriptors(allowed_descriptors(), shared->options.max_connections);
    auto const accepted = [engine = weak_from_this()](newcomer client) {
        if (auto const self = engine.lock()) // a handler may let go of the server
            self->deal(std::move(client));
    };
    listeners_ = listen(*loops_.front(), accepted);
    begin(); // what throws above may be tried again
    for (auto const& each : listeners_)
        if (port == 0)
            port = each->port();
    warn_of_certificates(*shared);
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        guards_[i].emplace(loops_[i]->io.get_executor());
        asio::post(loops_[i]->io, [on = loops_[i]] { on->watch_for_delays(); });
    }
    for (auto const& each : listeners_)
        asio::post(loops_.front()->io, [each] { each->start(); });
    watch_certificate_files(*work_, shared);
}

internal::peer_probes engine::start_in_memory(asio::io_context const& loop)
{
    if (has_started || !own_.empty() || &loops_.front()->io != &loop)
        throw std::logic_error("tidings: a server that is tested in memory is given the loop of the "
                               "virtual time, and has not started");
    begin();
    return internal::probes_of(shared->options.keep_alive);
}

void engine::begin()
{
    has_started = true;
    shared->routes.wrap();
    for (std::size_t i = 0; i < loops_.size(); ++i)
        loops_[i]->buffers.on_excess = [engine = weak_from_this(), i] {
            if (auto const self = engine.lock())
                self->relieve(i);
        };
}

void engine::deal(newcomer client)
{
    std::size_t const loop = next_loop_++ % loops_.size();
    if (loop == 0)
        serve(loops_.front(), std::move(client));
    else
        send_to(loop, std::move(client));
}

void engine::send_to(std::size_t loop, newcomer client, endpoint kept)
{
    post(loop, [on = loops_[loop], client = std::move(client), kept = std::move(kept)](engine& all) mutable {
        all.serve(on, std::move(client));
    });
}

void engine::adopt(newcomer client, endpoint const& as)
{
    if (is_stopping_)
        return;
    internal::prepare(client.socket.descriptor(), internal::probes_of(shared->options.keep_alive));
    client.peer = internal::peer_address::of(client.socket.descriptor());
    client.tls = as.tls.get();
    client.http2 = as.http2.get();
    send_to(next_loop_++ % loops_.size(), std::move(client), as);
}

void engine::serve(std::shared_ptr<loop_state> const& on, newcomer client)
{
    if (on->is_draining)
        return;
    admission const given = admit(*on, client.peer);
    auto& counts = shared->counts;
    if (given != admission::served && shared->refused_connections >= shared->places.refused)
        return turn_away(*on, std::move(client.socket), client.tls, "the server is full");
    given == admission::served ? ++counts.accepted : ++counts.refused;
    internal::peer_socket socket(std::move(client.socket));
    boost::intrusive_ptr<http1_connection> served;
    if (client.on_unrouted)
        served =
            new lent_connection(on, std::move(socket), client.peer, given, std::move(client.on_unrouted));
    else if (client.http2)
        served = client.http2->begin(on, std::move(socket), client.peer, given);
    else
        served = new http1_connection(on, std::move(socket), client.peer, given);
    if (client.tls)
        served->encrypt(*client.tls, std::exchange(client.already_read, {}), client.http2 != nullptr);
    served->start(client.already_read);
}

// Whether a newcomer is served; where the server is full, others may have to make room.
admission engine::admit(loop_state& on, internal::peer_address const& peer)
{
    std::size_t const of_one = shared->options.per_address.connections;
    if (of_one != 0 && !shared->is_of_nobody(peer) &&
        shared->connections_by_address.count(peer.network().to_string()) >= of_one) {
        ++shared->counts.over_limit_of_address;
        return admission::too_many_of_address;
    }
    std::size_t const limit = shared->places.connections;
    auto const is_full = [&] { return shared->counts.connections - shared->refused_connections >= limit; };
    return is_full() && !make_room(on) ? admission::full : admission::served;
}

// The buffers are full. The loop that holds most has something to end first, else the one that has grown.
void engine::relieve(std::size_t grown)
{
    auto const most =
        std::ranges::max_element(loops_, {}, [](auto const& each) { return each->buffers.told(); });
    relieve(static_cast<std::size_t>(most - loops_.begin()), grown);
}

void engine::relieve(std::size_t first, std::size_t other)
{
    auto const& on = loops_[first];
    if (on->is_relief_due.exchange(true))
        return;
    post(first, [on, first, other](engine& all) {
        on->is_relief_due = false;
        if (!relieve_buffers(*on) && first != other)
            all.relieve(other, other);
    });
}

void engine::run_loop(asio::io_context& io) const
{
    for (;;) {
        try {
            io.run();
            return;
        } catch (...) {
            shared->log(log_kind::loop_failed, log_level::error,
                        "an exception left a loop, which continues: " + describe(std::current_exception()));
        }
    }
}

void engine::run()
{
    if (own_.empty())
        throw std::logic_error("tidings: server::run is for servers with their own loops; this one was given "
                               "an io_context: call start(), and run the io_context");
    start();
    if (shared->options.handle_signals) {
        signals_.emplace(own_.front()->get_executor(), SIGINT, SIGTERM);
        if (has_certificate_files(shared->options))
            signals_->add(SIGHUP);
        await_signal();
    }
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < own_.size(); ++i)
        others.emplace_back([this, i] { run_loop(*own_[i]); });
    run_loop(*own_.front());
    others.clear();
    shared->log.tell_rest();
}

void engine::await_signal()
{
    signals_->async_wait([this](boost::system::error_code error, int number) {
        if (error)
            return;
        if (number == SIGHUP) {
            reread_certificate_files(*work_, shared);
            return await_signal();
        }
        if (!is_stopping_) {
            stop();
            return await_signal();
        }
        for (auto const& each : own_) // at once
            each->stop();
    });
}

void engine::stop()
{
    if (is_stopping_.exchange(true))
        return;
    for (std::size_t i = 0; i < loops_.size(); ++i)
        post(i, [i](engine& all) { all.drain_loop(i); });
}

void engine::stop_listening()
{
    for (auto const& each : listeners_)
        each->stop();
}

void engine::end_streams(std::shared_ptr<std::string const> const& principal)
{
    for (auto const& on : loops_)
        asio::post(on->io, [on, principal] {
            for (auto const& each : on->connections())
                each->end_streams_of(*principal);
        });
}

void engine::renew(std::shared_ptr<std::string const> const& principal,
                   std::chrono::system_clock::time_point until)
{
    for (auto const& on : loops_)
        asio::post(on->io, [on, principal, until] {
            for (auto const& each : on->connections())
                each->visit_streams([&](answer& stream) {
                    if (stream.is_of(*principal))
                        stream.renew(until);
                });
        });
}

void engine::drain_loop(std::size_t loop)
{
    if (is_closed_)
        return;
    if (loop == 0)
        stop_listening();
    loops_[loop]->clear();
    asio::co_spawn(loops_[loop]->io, drain(loops_[loop], loop == 0 ? work_ : nullptr),
                   [engine = weak_from_this(), loop](std::exception_ptr const&) {
                       if (auto const self = engine.lock())
                           self->drained(loop);
                   });
}

void engine::drained(std::size_t loop)
{
    guards_[loop].reset();
    loops_[loop]->sockets->stop();
    if (own_.empty())
        return;
    // A handler that has not come back dies with its loop.
    own_[loop]->stop();
    if (loop == 0)
        signals_.reset();
}

void engine::close()
{
    if (std::exchange(is_closed_, true))
        return;
    work_->root.cancel(end_reason::server_stopping);
    stop_listening();
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        loops_[i]->clear();
        guards_[i].reset();
        for (auto const& each : loops_[i]->connections())
            each->close_now();
        loops_[i]->sockets->stop();
    }
    shared->log.tell_rest();
}

} // namespace tidings::detail
