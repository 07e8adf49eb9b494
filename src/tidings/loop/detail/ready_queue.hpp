// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/list.hpp>
#include <tidings/loop/internal/spinlock.hpp>

#include <atomic>
#include <cstddef>
#include <thread>

namespace tidings::detail {

/// What has become ready on a loop, and the turns in which it runs, one at a time. Everything that became
/// ready in a batch runs in one turn, and with it, up to a bound, what that makes ready in its turn. Knows
/// neither time nor executors: the loop, which derives from it, posts turns and begins them.
class ready_queue
{
public:
    ready_queue(ready_queue const&) = delete;
    ready_queue& operator=(ready_queue const&) = delete;

    /// Runs `node` in the next turn, or behind what is ready in the present one. Drops it when the queue has
    /// been closed. From any thread.
    void push(internal::run_node& node);

    /// Whether the calling thread is in a turn.
    bool is_in_turn() const noexcept
    {
        return turn_thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
    }

    /// From now on turns, and what else enters here, are for one thread at a time: see `check_thread`.
    void require_one_thread() noexcept { is_for_one_thread_ = true; }

    /// Throws `std::logic_error` when another thread is at work in a loop that requires one: two threads run
    /// its `io_context`.
    void check_thread() const
    {
        if (is_for_one_thread_ && is_in_use_elsewhere()) [[unlikely]]
            refuse_thread();
    }

    /// Whether a ready wait of the calling thread may go on at once, inside the present turn. It may to a
    /// bounded depth, so that ready waits neither exhaust the stack nor starve others.
    bool may_run_inline() const noexcept { return is_in_turn() && depth_ < depth_limit; }

    /// One level deeper while it lives.
    class inline_run
    {
    public:
        explicit inline_run(ready_queue& at) noexcept : at_(at) { ++at_.depth_; }
        ~inline_run() { --at_.depth_; }
        inline_run(inline_run const&) = delete;
        inline_run& operator=(inline_run const&) = delete;

    private:
        ready_queue& at_;
    };
    inline_run go_deeper() noexcept { return inline_run(*this); }

protected:
    ready_queue() = default;
    ~ready_queue() = default;

    /// Marks the calling thread as at work while it lives, for what is called outside of turns.
    class visit
    {
    public:
        explicit visit(ready_queue& at) noexcept : at_(at)
        {
            at_.visitor_.store(std::this_thread::get_id(), std::memory_order_relaxed);
        }
        ~visit() { at_.visitor_.store({}, std::memory_order_relaxed); }
        visit(visit const&) = delete;
        visit& operator=(visit const&) = delete;

    private:
        ready_queue& at_;
    };

    /// Posts a turn, unless one is due or under way.
    void request_turn();

    /// True when the caller is to begin a turn at once: none is due, and none under way on another thread.
    bool claim_turn();

    /// The calling thread is in a turn, which it has claimed or which was posted.
    void begin_turn();
    /// What an exception has left undone is done in the next one.
    void end_turn();

    /// Runs what is ready, up to the bound. In a turn only.
    void run_ready();

    /// Drops what is queued, and begins no further turn.
    void close() noexcept;

private:
    /// Has a turn begun by the executor. With the lock held, so never after `close`.
    virtual void post_turn() = 0;

    static constexpr int depth_limit = 16;
    static constexpr std::size_t further_per_turn = 16;

    void post_turn_once(); // with the lock held
    bool is_in_use_elsewhere() const noexcept;
    [[noreturn]] static void refuse_thread();

    // Of the thread that is in a turn only.
    std::atomic<std::thread::id> turn_thread_{};
    internal::run_queue ready_;
    int depth_ = 0;

    std::atomic<std::thread::id> visitor_{};
    std::atomic<bool> is_for_one_thread_{false};

    internal::spinlock lock_;
    internal::run_queue next_; // for the next turn
    bool is_turn_due_ = false; // or under way: whoever set it empties the queue
    bool closed_ = false;
};

} // namespace tidings::detail
