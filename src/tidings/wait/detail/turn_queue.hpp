// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/run_queue.hpp>
#include <tidings/wait/detail/small_lock.hpp>
#include <tidings/wait/time.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstddef>
#include <thread>

namespace tidings::detail {

class loop_timers;

/// What has become ready on a loop, and the turns in which it runs, one at a time. Everything that became
/// ready in a batch runs in one turn, and with it, up to a bound, what that makes ready in its turn. A turn
/// is posted to the executor, or begun by a caller who has claimed it. At its end the timers are armed, once
/// for all that was done to them.
class turn_queue
{
public:
    /// Both belong to the loop, which binds the executor before it pushes anything.
    turn_queue(boost::asio::any_io_executor const& executor, loop_timers& timers) noexcept
        : executor_(executor), timers_(timers)
    {}

    /// Runs `node` in the next turn, or behind what is ready in the present one. Drops it when the queue has
    /// been closed.
    void push(run_node& node);

    /// Drops what is queued, and begins no further turn.
    void close() noexcept;

    /// Whether the calling thread is in a turn.
    bool is_in_turn() const noexcept
    {
        return turn_thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
    }

    /// The loop's time at which the present turn has begun. In a turn only.
    time_point time_of_turn() const noexcept { return time_of_turn_; }

    /// From now on turns, and what else enters here, are for one thread at a time: see `check_thread`.
    void require_one_thread() noexcept { is_for_one_thread_ = true; }

    /// Throws `std::logic_error` when another thread is at work in a loop that requires one: two threads run
    /// its `io_context`.
    void check_thread() const
    {
        if (is_for_one_thread_ && is_in_use_elsewhere()) [[unlikely]]
            refuse_thread();
    }

    /// Marks the calling thread as at work while it lives, for what is called outside of turns.
    class visit
    {
    public:
        explicit visit(turn_queue& at) noexcept : at_(at)
        {
            at_.visitor_.store(std::this_thread::get_id(), std::memory_order_relaxed);
        }
        ~visit() { at_.visitor_.store({}, std::memory_order_relaxed); }
        visit(visit const&) = delete;
        visit& operator=(visit const&) = delete;

    private:
        turn_queue& at_;
    };

    /// Whether a ready wait of the calling thread may go on at once, inside the present turn. It may to a
    /// bounded depth, so that ready waits neither exhaust the stack nor starve others.
    bool may_run_inline() const noexcept { return is_in_turn() && depth_ < depth_limit; }

    /// One level deeper while it lives.
    class inline_run
    {
    public:
        explicit inline_run(turn_queue& at) noexcept : at_(at) { ++at_.depth_; }
        ~inline_run() { --at_.depth_; }
        inline_run(inline_run const&) = delete;
        inline_run& operator=(inline_run const&) = delete;

    private:
        turn_queue& at_;
    };

    // To begin a turn.

    /// Posts one, unless one is due or under way.
    void request_turn();

    /// True when the caller is to begin one at once: none is due, and none under way on another thread.
    bool claim_turn();

    /// A turn while it lives, of a caller who has claimed it; its length is told to the timers. What an
    /// exception leaves undone is done in the next one; the exception goes to whoever runs the loop.
    class turn
    {
    public:
        explicit turn(turn_queue& at);
        ~turn();
        turn(turn const&) = delete;
        turn& operator=(turn const&) = delete;

    private:
        turn_queue& at_;
    };

    /// Runs what is ready, up to the bound. In a turn only.
    void run_ready();

private:
    static constexpr int depth_limit = 16;
    static constexpr std::size_t further_per_turn = 16;

    void post_turn(); // unless one is due; with the lock held
    void run_posted_turn();
    bool is_in_use_elsewhere() const noexcept;
    [[noreturn]] static void refuse_thread();

    boost::asio::any_io_executor const& executor_;
    loop_timers& timers_;

    // Of the thread that is in a turn only.
    std::atomic<std::thread::id> turn_thread_{};
    run_queue ready_;
    int depth_ = 0;
    time_point time_of_turn_;

    std::atomic<std::thread::id> visitor_{};
    std::atomic<bool> is_for_one_thread_{false};

    small_lock lock_;
    run_queue next_;           // for the next turn
    bool is_turn_due_ = false; // or under way: whoever set it empties the queue
    bool closed_ = false;
};

} // namespace tidings::detail
