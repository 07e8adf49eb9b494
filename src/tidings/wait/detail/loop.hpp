// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/list_link.hpp>
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

/// The place of an operation among those that wait on its loop.
struct suspended_link : list_link
{};

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
/// On an `io_context` everything that became ready in a batch runs in one turn, and with it, up to a bound,
/// what that makes ready in its turn. A turn is posted to the executor, or begins with the timers that fall
/// due. Other executors have no turn of ours: an operation that waits there posts itself.
class loop final : public boost::asio::execution_context::service
{
public:
    using key_type = loop;
    static inline boost::asio::execution_context::id id;

    static loop& of(boost::asio::any_io_executor const& executor);

    explicit loop(boost::asio::execution_context& context);

    /// The executor by which it was found first.
    boost::asio::any_io_executor const& executor() const noexcept { return executor_; }

    /// Real time, or the virtual time of a test.
    time_point now() const noexcept;

    /// The time at which the present turn has asked first: good enough to see what is due, and cheaper.
    /// Never ahead of `now()`, and `now()` outside of turns.
    time_point turn_time() noexcept;

    // The run queue.

    /// Runs `node` in the next turn, or behind what is ready in the present one. Drops it when the loop has
    /// shut down.
    void push(run_node& node);

    /// Runs `node` at once, and what becomes ready meanwhile, in a turn of its own when none is due or under
    /// way. On the thread that runs the loop.
    void run_in_turn(run_node& node);

    /// Whether a ready wait of the calling thread may go on at once, inside the present turn. It may to a
    /// bounded depth, so that ready waits neither exhaust the stack nor starve others.
    bool may_run_inline() const noexcept { return is_in_turn() && depth_ < depth_limit; }

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

    // Timers. `add_timer` and `remove_timer` are called with that lock held.

    small_lock& timer_lock() noexcept { return timer_lock_; }
    void add_timer(timer_entry& entry, time_point when);
    void remove_timer(timer_entry& entry);

    /// The longest time, since this was asked last, for which a turn, or what is no turn of ours, has kept
    /// all others waiting: beyond the instant of a timer, or since sockets were ready. Takes the lock itself.
    duration take_delay() noexcept;

    // Suspended operations, kept to be destroyed with the loop: nothing else owns a coroutine that waits.
    // Turns come one after the other, so what begins and ends to wait in a turn needs no lock for that.

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
    class turn;
    static constexpr int depth_limit = 16;
    static constexpr std::size_t further_per_turn = 16;

    void shutdown() override;

    /// Whether the calling thread is in a turn of this loop.
    bool is_in_turn() const noexcept
    {
        return turn_thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
    }
    void schedule_turn();
    bool claim_turn();
    void run_ready();
    operation* first_suspended() noexcept;

    std::uint64_t tick_at_or_after(time_point when) const noexcept;
    time_point instant_of(std::uint64_t reached) const noexcept;
    void expire_timers(std::unique_lock<small_lock>& timers);
    void arm();
    void timer_fired();
    void note_delay(duration of_others);

    boost::asio::any_io_executor executor_;
    std::once_flag executor_bound_;

    // Of the thread that is in a turn only; there is one turn at a time.
    std::atomic<std::thread::id> turn_thread_{};
    run_queue ready_;
    int depth_ = 0;
    std::optional<time_point> turn_time_;
    link_list suspended_in_turns_;

    small_lock queue_lock_;
    run_queue next_;           // for the next turn
    bool is_turn_due_ = false; // or under way: whoever set it empties the queue
    bool closed_ = false;

    small_lock timer_lock_;
    timer_wheel wheel_;
    time_point epoch_;
    std::optional<boost::asio::steady_timer> timer_;
    std::optional<std::uint64_t> armed_;
    duration delay_{};
    std::atomic<bool> must_arm_{false}; // written under the lock
    std::atomic<bool> is_virtual_{false};
    std::atomic<time_point> virtual_now_{};

    std::atomic<int> work_elsewhere_{0};

    small_lock suspended_lock_;
    link_list suspended_;
};

} // namespace tidings::detail
