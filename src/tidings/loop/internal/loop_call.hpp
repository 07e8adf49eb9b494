// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/list.hpp>
#include <tidings/loop/internal/loop.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <atomic>

namespace tidings::internal {

/// Calls its owner in the loop's next turn; in the present one, behind what is ready in it, when it is asked
/// for from inside a turn. For what is to be done once, however many ask for it: no allocation, and no posted
/// turn of its own. On an `io_context` that one thread runs the call comes on that thread.
///
/// The owner must live until the call it has asked for comes, or is dropped.
class loop_call : run_node
{
public:
    loop_call(loop_call const&) = delete;
    loop_call& operator=(loop_call const&) = delete;

    /// Asks for one call; while one is due, for none. From any thread, but not after the execution context
    /// has been destroyed.
    void request()
    {
        if (!is_requested_.exchange(true, std::memory_order_acq_rel))
            home_->push(*this);
    }

    /// Calls at once, in a turn of its own, when none is under way: for what Asio itself calls on the loop's
    /// thread. Waits that are ready go on inside the call then, and what it wakes runs behind it.
    /// Throws `std::logic_error` instead when another thread is at work in a loop that requires one.
    void call_in_turn()
    {
        home_->check_thread();
        home_->run_in_turn(*this);
    }

    /// False from the moment at which the call begins: what is requested then makes another one.
    bool is_requested() const noexcept { return is_requested_.load(std::memory_order_acquire); }

protected:
    /// From now on two threads that run the loop at once get a `std::logic_error`.
    void require_one_thread() noexcept { home_->require_one_thread(); }

    explicit loop_call(loop& home) noexcept : home_(&home) {}
    explicit loop_call(boost::asio::any_io_executor const& executor) : home_(&loop::of(executor)) {}
    ~loop_call() = default;

private:
    /// May request the next call, and may destroy this object.
    virtual void on_turn() = 0;

    /// Instead of the call, when the loop has shut down: an owner that keeps itself alive lets go of itself.
    virtual void on_dropped() noexcept {}

    void run() final
    {
        // First, so that a request which comes while the call looks around is not lost.
        is_requested_.exchange(false, std::memory_order_acq_rel);
        on_turn();
    }

    void drop() noexcept final
    {
        is_requested_.store(false, std::memory_order_release);
        on_dropped();
    }

    loop* home_;
    std::atomic<bool> is_requested_{false};
};

} // namespace tidings::internal
