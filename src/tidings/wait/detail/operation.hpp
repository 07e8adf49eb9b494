// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop.hpp>

#include <atomic>
#include <cstdint>
#include <thread>

namespace tidings::detail {

/// How an operation ended; zero and above is the case that won.
enum outcome : int
{
    waiting = -1,
    context_ended = -2,
    nothing_left = -3, // every source is closed or spent
    canceled = -4,     // by the coroutine's cancellation slot
};

/// One wait of one coroutine, on one or several sources.
///
/// Exactly one claimer wins. A claimer holds the lock of its source while it claims, hands over and wakes,
/// and a source is left under its lock too: so nobody touches an operation that has left all its sources. One
/// that runs in turns is taken out of the source that has won by the claimer: the loop's queue says when the
/// claimer is done with it (see `drop`).
class operation : public internal::suspended
{
public:
    /// True for the one claimer that may decide how this operation ends.
    bool claim(int how) noexcept
    {
        std::int16_t expected = waiting;
        return outcome_.compare_exchange_strong(expected, static_cast<std::int16_t>(how),
                                                std::memory_order_acq_rel, std::memory_order_relaxed);
    }

    /// Whether it leaves the source that has won itself, as it leaves the others.
    bool leaves_winner() const noexcept { return !runs_in_turns_; }

    /// Completes a claimed operation on its executor. An operation that is still linking itself to its
    /// sources is completed by its initiator: of the two, whoever comes second.
    void wake()
    {
        if (settled_.exchange(true, std::memory_order_acq_rel))
            schedule();
    }

    /// A source closed or was spent. Once no source is left, nothing can win.
    void lose_source()
    {
        if (live_sources_.fetch_sub(1, std::memory_order_acq_rel) == 1 && claim(nothing_left))
            wake();
    }

protected:
    operation() = default;
    ~operation() = default;

    int how() const noexcept { return outcome_.load(std::memory_order_acquire); }

    /// Decides without a claim: nobody else knows of this operation yet.
    void settle(int how) noexcept
    {
        outcome_.store(static_cast<std::int16_t>(how), std::memory_order_relaxed);
    }

    /// The loop has shut down, and whoever claimed this operation is done with it: so `abandon` waits for it.
    void drop() noexcept override { settled_.store(false, std::memory_order_release); }

    /// Somebody else has claimed; they are done with it in a few instructions, if they are on another thread.
    void await_claimer() const noexcept
    {
        while (runs_in_turns_ && settled_.load(std::memory_order_acquire))
            std::this_thread::yield();
    }

    /// Completes on executors without turns. The handler's own executor is asked.
    virtual void post_completion() = 0;

    void schedule()
    {
        if (runs_in_turns_)
            home_->push(*this);
        else
            post_completion();
    }

private:
    std::atomic<std::int16_t> outcome_{waiting};

protected:
    std::atomic<std::int16_t> live_sources_{0};
    std::atomic<bool> settled_{false};
    bool is_linked_ = false; // to its sources and its context
};

/// The place of one operation in the list of one source.
struct wait_node : internal::list_link
{
    operation* owner = nullptr;
    int index = 0; // of the case, or context_ended
};

/// Those who wait at one source, longest first. Guarded by the lock of the source.
class wait_list
{
public:
    bool is_empty() const noexcept { return nodes_.is_empty(); }
    void push_back(wait_node& node) noexcept { nodes_.push_back(node); }

    /// `owner` waits here, with the case of that index.
    void enter(wait_node& node, operation& owner, int index) noexcept
    {
        node.owner = &owner;
        node.index = index;
        push_back(node);
    }

    /// Nothing, if the node stands in no list any more.
    static void leave(wait_node& node) noexcept
    {
        if (node.is_linked())
            node.unlink();
    }

    wait_node* front() noexcept { return static_cast<wait_node*>(nodes_.first()); }

    /// Behind `node`; null at the end.
    wait_node* after(wait_node& node) noexcept { return static_cast<wait_node*>(nodes_.after(node)); }

    wait_node* pop_front() noexcept
    {
        wait_node* const first = front();
        if (first)
            first->unlink();
        return first;
    }

    /// Takes out the first whose operation nobody else has won; null when there is none.
    wait_node* claim_front() noexcept
    {
        while (wait_node* const first = pop_front())
            if (first->owner->claim(first->index))
                return first;
        return nullptr;
    }

    /// The same; those that leave themselves are moved to `leaving`.
    wait_node* claim_front(wait_list& leaving) noexcept
    {
        while (wait_node* const first = pop_front()) {
            bool const is_claimed = first->owner->claim(first->index);
            if (!is_claimed || first->owner->leaves_winner())
                leaving.push_back(*first);
            if (is_claimed)
                return first;
        }
        return nullptr;
    }

private:
    internal::link_list nodes_;
};

} // namespace tidings::detail
