// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/loop_clock.hpp>
#include <tidings/wait/detail/loop_timers.hpp>
#include <tidings/wait/detail/run_queue.hpp>
#include <tidings/wait/detail/small_lock.hpp>
#include <tidings/wait/detail/suspended_list.hpp>
#include <tidings/wait/detail/turn_queue.hpp>
#include <tidings/wait/time.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <atomic>
#include <mutex>
#include <optional>

namespace tidings::detail {

/// What every wait on one execution context shares: turns, time, timers, and the list of who waits; each is a
/// class of its own. There is one loop for each `execution_context`, found by `of` and kept by the context.
/// Safe from any thread.
///
/// On an `io_context` what has become ready runs in turns. Other executors have no turn of ours: an operation
/// that waits there posts itself.
class loop final : public boost::asio::execution_context::service
{
public:
    using key_type = loop;
    static inline boost::asio::execution_context::id id;

    static loop& of(boost::asio::any_io_executor const& executor);

    explicit loop(boost::asio::execution_context& context);

    /// The executor by which it was found first.
    boost::asio::any_io_executor const& executor() const noexcept { return executor_; }

    // Turns, and what runs in them: see `turn_queue`.

    void push(run_node& node) { turns_.push(node); }

    /// Runs `node` at once, and what becomes ready meanwhile, in a turn of its own when none is due or under
    /// way. On the thread that runs the loop.
    void run_in_turn(run_node& node);

    void require_one_thread() noexcept { turns_.require_one_thread(); }
    void check_thread() const { turns_.check_thread(); }

    bool may_run_inline() const noexcept { return turns_.may_run_inline(); }
    turn_queue::inline_run go_deeper() noexcept { return turn_queue::inline_run(turns_); }

    // Time: see `loop_clock`.

    time_point now() const noexcept { return clock_.now(); }
    time_point turn_time() noexcept { return clock_.turn_time(); }

    // Timers: see `loop_timers`. `add_timer` and `remove_timer` are called with that lock held.

    small_lock& timer_lock() noexcept { return timers_.lock(); }
    void add_timer(timer_entry& entry, time_point when) { timers_.add(entry, when); }
    void remove_timer(timer_entry& entry) { timers_.remove(entry); }
    duration take_delay() noexcept { return timers_.take_delay(); }

    // Operations that wait: see `suspended_list`.

    void add_suspended(operation& waiting) noexcept { suspended_.add(waiting); }
    void remove_suspended(operation& waiting) noexcept { suspended_.remove(waiting); }

    // Work that comes back from other threads; virtual time must not run ahead of it.

    void begin_work_elsewhere() noexcept { ++work_elsewhere_; }
    void end_work_elsewhere() noexcept { --work_elsewhere_; }
    bool has_work_elsewhere() const noexcept { return work_elsewhere_ != 0; }

    // Virtual time. From one thread, while nothing else runs on the loop.

    void use_virtual_time(time_point start) { timers_.use_virtual_time(start); }
    std::optional<time_point> next_due() { return timers_.next_due(); }
    void advance_virtual_time(time_point to) { timers_.advance_virtual_time(to); }

private:
    void shutdown() override;

    boost::asio::any_io_executor executor_;
    std::once_flag executor_bound_;

    turn_queue turns_;
    loop_clock clock_;
    loop_timers timers_;
    suspended_list suspended_;
    std::atomic<int> work_elsewhere_{0};
};

} // namespace tidings::detail
