// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/answer_unrouted.hpp>
#include <tidings/server/detail/connection.hpp>
#include <tidings/server/detail/drain.hpp>
#include <tidings/server/detail/listener.hpp>
#include <tidings/server/detail/loop_watch.hpp>
#include <tidings/server/server.hpp>
#include <tidings/wait/blocking_threads.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace tidings {

using detail::loop_state;

namespace {

// Descriptors that are kept for files, databases and the standard streams.
constexpr std::size_t kept_descriptors = 64;

std::size_t connection_limit(std::size_t wanted)
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return wanted;
    std::size_t const allowed = limit.rlim_cur > 2 * kept_descriptors
                                    ? limit.rlim_cur - kept_descriptors
                                    : std::max<std::size_t>(limit.rlim_cur / 2, 1);
    return std::min(wanted, allowed);
}

} // namespace

/// The running parts of a server: loops, their connections, and the listener.
class server::engine : public std::enable_shared_from_this<engine>
{
public:
    explicit engine(server_options options)
        : shared(std::make_shared<detail::shared_state>(std::move(options)))
    {
        std::size_t const count = std::max<std::size_t>(shared->options.loops, 1);
        for (std::size_t i = 0; i < count; ++i) {
            own_.push_back(std::make_unique<asio::io_context>(1));
            add_loop(*own_.back());
        }
    }
    engine(asio::io_context& loop, server_options options)
        : shared(std::make_shared<detail::shared_state>(std::move(options)))
    {
        add_loop(loop);
    }
    ~engine() { close(); }

    void start();
    void run();
    void stop();
    void stop_at_once();
    void close();
    void adopt(asio::generic::stream_protocol protocol, int descriptor, std::string already_read);

    std::shared_ptr<detail::shared_state> const shared;
    std::vector<middleware> around;
    bool has_started = false;
    std::uint16_t port = 0;

private:
    using work_guard = asio::executor_work_guard<asio::io_context::executor_type>;

    void add_loop(asio::io_context& io);
    void wrap_routes();
    void run_loop(asio::io_context& io) const;
    void deal(detail::stream_socket accepted);
    void send_to(std::size_t loop, asio::generic::stream_protocol protocol, int descriptor,
                 std::string already_read);
    void serve(std::shared_ptr<loop_state> const& on, detail::stream_socket socket,
               std::string_view already_read);
    void drain_loop(std::size_t loop);
    void drained(std::size_t loop);
    void await_signal();

    // In this order, so that what lives on a loop goes before the loop.
    blocking_threads blocking_{std::max<std::size_t>(shared->options.blocking_threads, 1)};
    std::vector<std::unique_ptr<asio::io_context>> own_;
    std::vector<std::shared_ptr<loop_state>> loops_;
    std::vector<std::unique_ptr<detail::loop_watch>> watches_;
    std::vector<std::optional<work_guard>> guards_;
    std::shared_ptr<detail::listener> listener_;
    std::optional<asio::signal_set> signals_;
    std::atomic<std::size_t> next_loop_{0};
    std::size_t connection_limit_ = 0;
    std::atomic<bool> is_stopping_{false};
    bool is_closed_ = false;
};

void server::engine::add_loop(asio::io_context& io)
{
    blocking_.serve(io.get_executor());
    loops_.push_back(std::make_shared<loop_state>(io, shared, shared->options.random_seed + loops_.size()));
    watches_.push_back(std::make_unique<detail::loop_watch>(*loops_.back()));
    guards_.emplace_back();
}

void server::engine::wrap_routes()
{
    auto const wrap = [this](stream_handler inner) {
        for (auto each = around.rbegin(); each != around.rend(); ++each)
            inner = (*each)(std::move(inner));
        return inner;
    };
    for (detail::route& each : shared->routes) {
        each.call = wrap(std::move(each.call));
        each.head = wrap(detail::open_only);
    }
    shared->not_routed = wrap([all = shared.get()](context, request const& asked, event_stream& out) {
        return detail::answer_unrouted(*all, asked, out);
    });
}

void server::engine::start()
{
    if (std::exchange(has_started, true))
        return;
    wrap_routes();
    connection_limit_ = connection_limit(shared->options.connections);
    listener_ = std::make_shared<detail::listener>(
        *loops_.front(), shared->options,
        [this](detail::stream_socket accepted) { deal(std::move(accepted)); });
    port = listener_->port();
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        guards_[i].emplace(loops_[i]->io.get_executor());
        asio::post(loops_[i]->io, [watch = watches_[i].get()] { watch->start(); });
    }
    asio::post(loops_.front()->io, [listening = listener_] { listening->start(); });
}

void server::engine::deal(detail::stream_socket accepted)
{
    std::size_t const index = next_loop_++ % loops_.size();
    if (index == 0)
        return serve(loops_.front(), std::move(accepted), {});
    boost::system::error_code error;
    auto const protocol = accepted.local_endpoint(error).protocol();
    auto const descriptor = accepted.release(error);
    if (!error)
        send_to(index, protocol, descriptor, {});
}

void server::engine::send_to(std::size_t loop, asio::generic::stream_protocol protocol, int descriptor,
                             std::string already_read)
{
    auto const& on = loops_[loop];
    detail::stream_socket moved(on->io, protocol, descriptor);
    asio::post(on->io, [engine = weak_from_this(), on, socket = std::move(moved),
                        bytes = std::move(already_read)]() mutable {
        if (auto const self = engine.lock())
            self->serve(on, std::move(socket), bytes);
    });
}

void server::engine::adopt(asio::generic::stream_protocol protocol, int descriptor, std::string already_read)
{
    send_to(next_loop_++ % loops_.size(), protocol, descriptor, std::move(already_read));
}

void server::engine::serve(std::shared_ptr<loop_state> const& on, detail::stream_socket socket,
                           std::string_view already_read)
{
    auto& counts = shared->counts;
    bool const is_full = counts.connections >= connection_limit_;
    auto const served = std::make_shared<detail::connection>(on, std::move(socket));
    if (is_full) {
        ++counts.refused;
        return served->turn_away();
    }
    ++counts.accepted;
    if (on->is_draining)
        return served->close_now();
    served->start(already_read);
}

void server::engine::run_loop(asio::io_context& io) const
{
    for (;;) {
        try {
            io.run();
            return;
        } catch (std::exception const& error) {
            shared->log(log_level::error,
                        std::string("an exception left a loop, which goes on: ") + error.what());
        }
    }
}

void server::engine::run()
{
    if (own_.empty())
        throw std::logic_error(
            "tidings: server::run is for servers with loops of their own; this one was given an "
            "io_context: call start(), and run the io_context");
    start();
    if (shared->options.handle_signals) {
        signals_.emplace(own_.front()->get_executor(), SIGINT, SIGTERM);
        await_signal();
    }
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < own_.size(); ++i)
        others.emplace_back([this, i] { run_loop(*own_[i]); });
    run_loop(*own_.front());
}

void server::engine::await_signal()
{
    signals_->async_wait([this](boost::system::error_code error, int) {
        if (error)
            return;
        if (is_stopping_)
            return stop_at_once();
        stop();
        await_signal();
    });
}

void server::engine::stop()
{
    if (is_stopping_.exchange(true))
        return;
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        asio::post(loops_[i]->io, [engine = weak_from_this(), i] {
            if (auto const self = engine.lock())
                self->drain_loop(i);
        });
    }
}

void server::engine::drain_loop(std::size_t loop)
{
    if (is_closed_)
        return;
    if (loop == 0 && listener_)
        listener_->stop();
    watches_[loop]->stop();
    asio::co_spawn(loops_[loop]->io, detail::drain(loops_[loop]),
                   [engine = weak_from_this(), loop](std::exception_ptr) {
                       if (auto const self = engine.lock())
                           self->drained(loop);
                   });
}

void server::engine::drained(std::size_t loop)
{
    guards_[loop].reset();
    if (own_.empty())
        return;
    // A handler that has not come back dies with its loop.
    own_[loop]->stop();
    if (loop == 0)
        signals_.reset();
}

void server::engine::stop_at_once()
{
    for (auto const& each : own_)
        each->stop();
}

void server::engine::close()
{
    if (std::exchange(is_closed_, true))
        return;
    if (listener_)
        listener_->stop();
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        watches_[i]->stop();
        guards_[i].reset();
        for (auto const& each : loops_[i]->connections())
            each->close_now();
    }
}

// server

server::server(server_options options) : engine_(std::make_shared<engine>(std::move(options))) {}

server::server(asio::io_context& loop, server_options options)
    : engine_(std::make_shared<engine>(loop, std::move(options)))
{}

server::~server()
{
    engine_->close();
}

void server::route(std::string_view method, std::string_view pattern, handler answer)
{
    if (engine_->has_started)
        throw std::logic_error("tidings: routes are added before the server starts");
    auto& shared = *engine_->shared;
    shared.paths.add(method, pattern, shared.routes.size());
    shared.routes.push_back({std::move(answer.call), {}, answer.is_stream});
}

void server::use(middleware around)
{
    if (engine_->has_started)
        throw std::logic_error("tidings: middleware is added before the server starts");
    engine_->around.push_back(std::move(around));
}

void server::start()
{
    engine_->start();
}

void server::run()
{
    engine_->run();
}

void server::stop()
{
    engine_->stop();
}

std::uint16_t server::port() const
{
    if (!engine_->has_started)
        throw std::logic_error("tidings: server::port is known once the server has started");
    return engine_->port;
}

server_stats server::stats() const
{
    return engine_->shared->counts.snapshot();
}

void server::adopt(asio::ip::tcp::socket socket, std::string already_read)
{
    boost::system::error_code error;
    auto const protocol = socket.local_endpoint(error).protocol();
    auto const descriptor = socket.release(error);
    if (error)
        return;
    engine_->start();
    engine_->adopt(protocol, descriptor, std::move(already_read));
}

} // namespace tidings
