// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/redis/detail/engine_session.hpp>
#include <tidings/hub/topic_store.hpp>
#include <tidings/loop/internal/loop_timer.hpp>
#include <tidings/net/redis/internal/engine_connections.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tidings::detail {

/// Before what stands on its loop.
struct own_context
{
    boost::asio::io_context io{1};
};

/// The store: a thread that speaks with an engine, over connections that it makes again whenever they are
/// lost, and that calls the hub. What is asked comes from any thread, and waits here for its turn.
class engine_thread final : own_context,
                            public topic_store,
                            internal::engine_connections::user,
                            internal::loop_timer
{
public:
    /// It lives until it was stopped and its thread has ended. Waits until the engine has let the node in;
    /// throws `std::runtime_error` when it never will, as it is. One that is away is waited for later.
    static std::shared_ptr<engine_thread> make(internal::engine_url const& where,
                                               redis_store_options const& options);
    /// Made by `make`.
    engine_thread(internal::engine_url const& where, redis_store_options const& options);

    /// Everything that waits is told that nobody will do it, and the thread ends; called by one of its own
    /// callbacks, when that has come back. Once.
    void stop();

    std::string name() const override { return "the engine at " + where_; }
    std::string identity() const override { return identity_; }
    bool is_shared() const noexcept override { return true; }
    void start(std::weak_ptr<store_events> hub) override;
    void open(std::string_view topic, topic_options const& bounds,
              std::function<void(opened)> when_open) override;
    void close(std::string_view topic) noexcept override;
    bool append(std::string_view topic, stored_event value, std::function<void(kept)> when_kept) override;
    void read(std::string_view topic, std::uint64_t after, std::uint64_t through,
              std::function<void(page)> when_read) override;
    // The engine forgets by itself, when it keeps another event of the topic.
    void forget_before(std::string_view, std::uint64_t) override {}
    void forget(std::string_view, std::uint64_t) override {}

private:
    struct open_topic
    {
        std::size_t opens = 0;
        history_bounds bounds;
        redis_promise promise;
    };
    using request = std::function<void(engine_session&)>;

    void add(request next);
    bool take_requests();

    void on_connecting() override;
    void on_connected() override;
    void on_answers(std::string_view bytes) override;
    void on_pushes(std::string_view bytes) override;
    void on_waits_connected() override;
    void on_waits(std::string_view bytes) override;
    void on_lost(internal::engine_fault const& why) override;
    void on_time() override;

    template <typename Action>
    void work(Action action);
    void flush();
    void finish_first_try(std::exception_ptr error);
    void end();
    void say(std::string const& what);

    std::string const where_;
    std::string const identity_;
    redis_store_options const options_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> const has_work_;

    std::mutex lock_;
    std::vector<request> requests_; // the hub bounds them, and `append` those of events
    bool is_woken_ = false;
    bool has_hub_ = false;
    std::map<std::string, open_topic, std::less<>> opened_;
    std::size_t events_ = 0;
    std::size_t bytes_ = 0;
    std::jthread thread_;

    // The thread's
    engine_session session_;
    internal::engine_connections connections_;
    std::optional<std::promise<void>> first_try_;
};

} // namespace tidings::detail
