// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/run_queue.hpp>
#include <tidings/wait/detail/small_lock.hpp>
#include <tidings/wait/detail/timer_wheel.hpp>
#include <tidings/wait/time.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

namespace tidings::detail {

class operation;

/// Something that happens at an instant of a loop's time.
class timer_entry : public wheel_entry
{
public:
    /// The instant has come. Called with the loop's timer lock held and the entry taken out; it may unlock,
    /// and leaves the lock held.
    virtual void expire(std::unique_lock<small_lock>& timers) = 0;

    /// The loop ends first: the entry has been taken out and must not look for its loop any more.
    virtual void drop() noexcept {}

protected:
    ~timer_entry() = default;
};

/// What every wait on one execution context shares: its time, its timers, and the queue of what has become
/// ready. There is one for each `execution_context`, found by `of` and kept by the context. Safe from any
/// thread.
///
/// On an `io_context` everything that became ready in a batch leaves in one posted turn (`drain`), and with
/// it, up to a bound, what that makes ready in its turn. Other executors have no turn of ours: an operation
/// that waits there posts itself.
class loop final : public boost::asio::execution_context::service
{
public:
    using key_type = loop;
    static inline boost::asio::execution_context::id id;

    static loop& of(boost::asio::any_io_executor const& executor);

    explicit loop(boost::asio::execution_context& context);

    /// Real time, or the virtual time of a test.
    time_point now() const noexcept;

    // The run queue.

    /// Runs `node` in the next turn, or behind what is ready in the present one. Drops it when the loop has
    /// shut down.
    void push(run_node& node);

    /// Whether a ready wait of the calling thread may go on at once, inside the present turn. It may to a
    /// bounded depth, so that ready waits neither exhaust the stack nor starve others.
    bool may_run_inline() const noexcept { return is_draining_here() && depth_ < depth_limit; }

    class inline_run
    {
    public:
        explicit inline_run(loop& at) noexcept : at_(at) { ++at_.depth_; }
        ~inline_run() { --at_.depth_; }
        inline_run(inline_run const&) = delete;
        inline_run& operator=(inline_run const&) = delete;

    private:
        loop& at_;
    };

    // Timers. All but `timer_lock` are called with that lock held.

    small_lock& timer_lock() noexcept { return timer_lock_; }
    void add_timer(timer_entry& entry, time_point when);
    void remove_timer(timer_entry& entry);

    // Suspended operations, kept to be destroyed with the loop: nothing else owns a coroutine that waits.

    void add_suspended(operation& waiting) noexcept;
    void remove_suspended(operation& waiting) noexcept;

    // Work that comes back from other threads; virtual time must not run ahead of it.

    void begin_work_elsewhere() noexcept { ++work_elsewhere_; }
    void end_work_elsewhere() noexcept { --work_elsewhere_; }
    bool has_work_elsewhere() const noexcept { return work_elsewhere_ != 0; }

    // Virtual time. From one thread, while nothing else runs on the loop.

    void use_virtual_time(time_point start);
    std::optional<time_point> next_due();
    void advance_virtual_time(time_point to);

private:
    static constexpr int depth_limit = 16;
    static constexpr int further_per_turn = 16;

    void shutdown() override;

    bool is_draining_here() const noexcept
    {
        return draining_thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
    }
    void schedule_drain();
    void drain();
    void finish_drain(run_queue& left_over);

    std::uint64_t tick_at_or_after(time_point when) const noexcept;
    void expire_timers(std::unique_lock<small_lock>& timers);
    void arm();

    boost::asio::any_io_executor executor_;
    std::once_flag executor_bound_;

    std::atomic<std::thread::id> draining_thread_{};
    run_queue local_; // pushed by the draining thread itself
    int depth_ = 0;   // touched by the draining thread only

    small_lock queue_lock_;
    run_queue remote_;
    bool drain_scheduled_ = false;
    bool closed_ = false;

    small_lock timer_lock_;
    timer_wheel wheel_;
    time_point epoch_;
    std::optional<boost::asio::steady_timer> timer_;
    std::optional<std::uint64_t> armed_;
    std::atomic<bool> must_arm_{false}; // written under the lock
    std::atomic<bool> is_virtual_{false};
    std::atomic<time_point> virtual_now_{};

    std::atomic<int> work_elsewhere_{0};

    small_lock suspended_lock_;
    operation* suspended_ = nullptr;
};

} // namespace tidings::detail
