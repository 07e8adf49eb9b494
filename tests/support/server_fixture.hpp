// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/server/server.hpp>
#include <tidings/testing/client.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace tidings::test {

/// A server at work on a port of its own, in a thread of its own, on the loopback interface:
///
///     test::server_fixture fixture;
///     fixture.routes().get("/time", tell_time);
///     fixture.start();
///     auto client = fixture.connect();
///     client.get("/time");
///     CHECK(client.read_head().status() == 200);
///
/// Stopped and joined when destroyed; declare clients behind it, so that they leave first.
class server_fixture
{
public:
    /// As `options` say, but on port 0, without signals, and with its log kept here.
    explicit server_fixture(server_options options = brisk()) : server_(with_log(std::move(options))) {}
    ~server_fixture() { stop(); }
    server_fixture(server_fixture const&) = delete;
    server_fixture& operator=(server_fixture const&) = delete;

    /// Options whose grace and drain times are short enough for a test.
    static server_options brisk()
    {
        server_options options;
        options.grace_timeout = std::chrono::milliseconds(200);
        options.drain_timeout = std::chrono::seconds(1);
        return options;
    }

    /// For routes and middleware, before the start, and for what else a server can.
    server& routes() noexcept { return server_; }

    void start()
    {
        server_.start();
        thread_ = std::thread([this] { server_.run(); });
    }

    /// Gracefully; comes back when the server has ended.
    void stop()
    {
        if (!thread_.joinable())
            return;
        server_.stop();
        thread_.join();
    }

    testing::client connect(testing::client_options options = {}) const
    {
        return testing::client(port(), options);
    }
    std::uint16_t port() const { return server_.port(); }
    server_stats stats() const { return server_.stats(); }

    /// All messages so far.
    std::vector<std::string> log()
    {
        std::lock_guard const guard(lock_);
        return log_;
    }

    /// Gives back the memory of the lines logged so far.
    void forget_log()
    {
        std::lock_guard const guard(lock_);
        log_ = std::vector<std::string>();
    }

    std::size_t count_logged(std::string_view part)
    {
        auto const messages = log();
        return static_cast<std::size_t>(
            std::ranges::count_if(messages, [&](auto const& each) { return each.find(part) != each.npos; }));
    }

    /// Waits until a message contains `part`; false when none has within the limit.
    bool wait_for_log(std::string_view part, duration limit = std::chrono::seconds(10))
    {
        std::unique_lock guard(lock_);
        return logged_.wait_for(guard, limit, [&] {
            return std::ranges::any_of(log_, [&](auto const& each) { return each.find(part) != each.npos; });
        });
    }

    /// Waits until the server's numbers are as asked; false when they are not within the limit.
    bool wait_for_stats(std::function<bool(server_stats const&)> const& are_as_asked,
                        duration limit = std::chrono::seconds(10))
    {
        constexpr auto pause_between_looks = std::chrono::milliseconds(2); // nobody is told of a new number
        auto const end = later(clock::now(), limit);
        std::unique_lock guard(lock_);
        while (!are_as_asked(stats())) {
            if (clock::now() >= end)
                return false;
            logged_.wait_for(guard, pause_between_looks);
        }
        return true;
    }

private:
    server_options with_log(server_options options)
    {
        for (auto& each : options.listen)
            each.port = 0;
        options.handle_signals = false;
        options.log = [this](log_level, std::string_view message) {
            std::lock_guard const guard(lock_);
            log_.emplace_back(message);
            logged_.notify_all();
        };
        return options;
    }

    std::mutex lock_;
    std::condition_variable logged_;
    std::vector<std::string> log_;
    server server_;
    std::thread thread_;
};

} // namespace tidings::test
