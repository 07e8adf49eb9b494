// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/detail/ready_queue.hpp>
#include <tidings/loop/detail/timers.hpp>
#include <tidings/loop/internal/list.hpp>
#include <tidings/loop/internal/spinlock.hpp>
#include <tidings/loop/time.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include <atomic>
#include <cstdint>
#include <mutex>

namespace tidings::internal {

class loop;

/// Something that waits on a loop: it runs once its wait is over, or is abandoned with the loop.
class suspended : public run_node, list_link
{
public:
    suspended(suspended const&) = delete;
    suspended& operator=(suspended const&) = delete;

    /// Leaves all that it waits for, and destroys the coroutine that waits. For a loop that shuts down.
    virtual void abandon() noexcept = 0;

    loop& home() noexcept { return *home_; }

protected:
    suspended() = default;
    ~suspended() = default;

    bool is_suspended() const noexcept { return where_ != list::none; }

    loop* home_ = nullptr;
    bool runs_in_turns_ = false;

private:
    friend loop;

    // In which of its loop's lists. The link itself is no answer: neighbours write to it under the list's
    // lock.
    enum class list : std::uint8_t
    {
        none,
        within_turns,
        anywhere,
    };
    list where_ = list::none;
};

/// What every wait on one execution context shares: the turns in which things run, time, timers, and the list
/// of who waits. There is one loop for each `execution_context`, found by `of` and kept by the context. Safe
/// from any thread where a member does not say otherwise.
///
/// On an `io_context` what has become ready runs in turns. Other executors have no turn of ours: an operation
/// that waits there posts itself.
class loop final : public boost::asio::execution_context::service,
                   public detail::ready_queue,
                   public detail::timers
{
public:
    using key_type = loop;
    static inline boost::asio::execution_context::id id;

    static loop& of(boost::asio::any_io_executor const& executor);

    explicit loop(boost::asio::execution_context& context) : service(context) {}

    /// The executor by which it was found first.
    boost::asio::any_io_executor const& executor() const noexcept { return executor_; }

    /// Runs `node` at once, and what becomes ready meanwhile, in a turn of its own when none is due or under
    /// way. On the thread that runs the loop.
    void run_in_turn(run_node& node);

    /// The time at which the present turn has begun: good enough to see what is due, and cheaper. Never ahead
    /// of `now()`, and `now()` outside of turns.
    time_point turn_time() const noexcept { return is_in_turn() && !is_virtual() ? turn_began_ : now(); }

    /// The entry expires at `when`, and not at the instant for which it was set before.
    void set_timer(timer_entry& entry, time_point when)
    {
        std::lock_guard const guard(timer_lock());
        if (entry.is_linked())
            remove(entry);
        add_timer(entry, when);
    }
    /// The entry does not expire any more. It may have expired already, or never have been set.
    void clear_timer(timer_entry& entry)
    {
        std::lock_guard const guard(timer_lock()); // neighbours in the wheel write to the link
        if (entry.is_linked())
            remove_timer(entry);
    }

    // What waits is kept here, to be destroyed with the loop: nothing else owns a coroutine that waits. Turns
    // come one after the other, so what begins and ends to wait in a turn needs no lock for that.

    void add_suspended(suspended& waiting) noexcept;
    void remove_suspended(suspended& waiting) noexcept;

    // Work that comes back from other threads; virtual time must not run ahead of it.

    void begin_work_elsewhere() noexcept { ++work_elsewhere_; }
    void end_work_elsewhere() noexcept { --work_elsewhere_; }
    bool has_work_elsewhere() const noexcept { return work_elsewhere_ != 0; }

private:
    /// A turn while it lives. Its length is told to the timers, which are armed at its end, once for all that
    /// was done to them. An exception goes to whoever runs the loop.
    class turn
    {
    public:
        explicit turn(loop& at);
        ~turn();
        turn(turn const&) = delete;
        turn& operator=(turn const&) = delete;

    private:
        loop& at_;
    };

    // With the timer lock held.
    void add_timer(timer_entry& entry, time_point when);
    void remove_timer(timer_entry& entry);

    void post_turn() override;
    void run_posted_turn();
    void on_timer() override;
    void shutdown() override;
    suspended* first_suspended() noexcept;

    boost::asio::any_io_executor executor_;
    std::once_flag executor_bound_;
    time_point turn_began_;        // of the thread that is in a turn only
    link_list suspended_in_turns_; // used in turns only
    spinlock suspended_lock_;
    link_list suspended_anywhere_;
    std::atomic<int> work_elsewhere_{0};
};

} // namespace tidings::internal
