// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/detail/background.hpp>
#include <tidings/server/detail/listener.hpp>
#include <tidings/wait/run_blocking.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/signal_set.hpp>

namespace tidings::detail {

/// The running parts of a server: loops, their connections, and the listener.
class engine final : public std::enable_shared_from_this<engine>
{
public:
    explicit engine(server_options options);
    engine(boost::asio::io_context& loop, server_options options);
    ~engine();

    void start();
    /// Listens nowhere, and serves those alone that are brought on this loop: for tests.
    internal::peer_probes start_in_memory(boost::asio::io_context const& loop);
    void run();
    void stop();
    void stop_listening();
    void end_streams(std::shared_ptr<std::string const> const& principal);
    void renew(std::shared_ptr<std::string const> const& principal,
               std::chrono::system_clock::time_point until);
    void close();
    void adopt(newcomer client, endpoint const& as);
    void adopt(newcomer client) { send_to(next_loop_++ % loops_.size(), std::move(client)); }

    /// What is spawned for no client; runs on the first loop.
    std::shared_ptr<background> const& work() const noexcept { return work_; }

    auto const& loops() const noexcept { return loops_; }
    auto const& listeners() const noexcept { return listeners_; }

    std::shared_ptr<shared_state> const shared;
    bool has_started = false;
    std::uint16_t port = 0;

private:
    using work_guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

    template <typename Function>
    void post(std::size_t loop, Function call);
    void add_loop(boost::asio::io_context& io);
    void begin();
    void run_loop(boost::asio::io_context& io) const;
    void deal(newcomer client);
    /// `kept` owns what the client's pointers lead to.
    void send_to(std::size_t loop, newcomer client, endpoint kept = {});
    void serve(std::shared_ptr<loop_state> const& on, newcomer client);
    admission admit(loop_state& on, internal::peer_address const& peer);
    void relieve(std::size_t grown);
    void relieve(std::size_t first, std::size_t other);
    void drain_loop(std::size_t loop);
    void drained(std::size_t loop);
    void await_signal();
    void tell_of_calls() const;

    // In this order, so that what lives on a loop goes before the loop.
    blocking_threads blocking_{std::max<std::size_t>(shared->options.max_blocking_threads, 1)};
    std::vector<std::unique_ptr<boost::asio::io_context>> own_;
    std::vector<std::shared_ptr<loop_state>> loops_;
    std::vector<std::optional<work_guard>> guards_;
    std::shared_ptr<background> work_;
    std::vector<std::shared_ptr<listener>> listeners_;
    std::optional<boost::asio::signal_set> signals_;
    std::atomic<std::size_t> next_loop_{0};
    std::atomic<bool> is_stopping_{false};
    bool is_closed_ = false;
};

} // namespace tidings::detail
