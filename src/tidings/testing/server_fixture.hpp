// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/time.hpp>
#include <tidings/server/server.hpp>
#include <tidings/server/server_options.hpp>
#include <tidings/server/server_stats.hpp>
#include <tidings/testing/client.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tidings::testing {

/// A server at work on a port of its own, in a thread of its own, on the loopback interface:
///
///     testing::server_fixture fixture;
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
    explicit server_fixture(server_options options = brisk());
    ~server_fixture();
    server_fixture(server_fixture const&) = delete;
    server_fixture& operator=(server_fixture const&) = delete;

    /// Options whose grace and drain times are short enough for a test.
    static server_options brisk();

    /// For routes and middleware, before the start, and for what else a server can.
    server& routes() noexcept { return server_; }

    void start();
    void stop(); ///< gracefully; comes back when the server has ended

    client connect(client_options options = {}) const;
    std::uint16_t port() const { return server_.port(); }
    server_stats stats() const { return server_.stats(); }

    /// All messages so far.
    std::vector<std::string> log();
    /// Gives back the memory of the lines logged so far.
    void forget_log();
    std::size_t count_logged(std::string_view part);

    /// Waits until a message contains `part`; false when none has within the limit.
    bool wait_for_log(std::string_view part, duration limit = std::chrono::seconds(10));

    /// Waits until the server's numbers are as asked; false when they are not within the limit.
    bool wait_for_stats(std::function<bool(server_stats const&)> const& are_as_asked,
                        duration limit = std::chrono::seconds(10));

private:
    server_options with_log(server_options options);

    std::mutex lock_;
    std::condition_variable logged_;
    std::vector<std::string> log_;
    server server_;
    std::thread thread_;
};

} // namespace tidings::testing
