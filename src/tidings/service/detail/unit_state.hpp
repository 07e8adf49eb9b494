// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/server/internal/operation.hpp>
#include <tidings/service/detail/environment.hpp>
#include <tidings/service/detail/predecessor.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tidings::detail {

/// What the tasks of a `service` share, on the server's first loop.
struct unit_state
{
    environment around;
    std::string upgrade_socket; ///< a path; empty: no upgrade
    std::function<void()> release;
    std::function<void()> reclaim;

    std::optional<predecessor> before;
    internal::call_socket upgrades; ///< where successors call
    std::optional<internal::operation> server;
    bool is_handed_over = false;

    /// Says something to systemd, if there is one; from any thread. What it cannot say is logged once.
    void notify(std::string_view text);

private:
    std::atomic<bool> has_failed_to_notify_{false};
};

using shared_unit = std::shared_ptr<unit_state>;

// Tasks of the server, from its start to the beginning of its drain.
boost::asio::awaitable<void> tell_manager(context ctx, shared_unit unit);
boost::asio::awaitable<void> answer_watchdog(context ctx, shared_unit unit);
/// Ends the predecessor, and then waits for successors.
boost::asio::awaitable<void> serve_upgrades(context ctx, shared_unit unit);

} // namespace tidings::detail
