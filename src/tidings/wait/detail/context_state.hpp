// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/detail/loop.hpp>
#include <tidings/wait/detail/operation.hpp>
#include <tidings/wait/detail/small_lock.hpp>
#include <tidings/wait/detail/task_scope.hpp>
#include <tidings/wait/end_reason.hpp>
#include <tidings/wait/time.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <optional>

namespace tidings::detail {

class context_state;
void intrusive_ptr_add_ref(context_state* state) noexcept;
void intrusive_ptr_release(context_state* state) noexcept;
using context_ptr = boost::intrusive_ptr<context_state>;

/// One node in the tree of contexts. Ending a node ends what is below it. Safe from any thread.
///
/// Locks are taken from the root towards the leaves. A child holds its parent; a parent knows its children
/// only while they live.
class context_state final : timer_entry
{
public:
    static context_ptr make_root(boost::asio::any_io_executor executor);
    static context_ptr make_child(context_ptr parent);
    static context_ptr make_child(context_ptr parent, time_point deadline);

    context_state(context_state const&) = delete;
    context_state& operator=(context_state const&) = delete;

    bool is_done() const noexcept { return reason() != end_reason::none; }
    end_reason reason() const noexcept { return reason_.load(std::memory_order_acquire); }
    std::exception_ptr cause();

    /// Ends this context and all below it. Later calls change nothing.
    void end(end_reason why, std::exception_ptr cause = nullptr);

    /// The place, below `count`, at which a select starts its look at its sources. Pseudo-random: with a
    /// plain counter, coroutines that share a context and select in step would each start at the same place
    /// for ever. Racy on purpose: any value will do.
    unsigned next_turn(unsigned count) noexcept
    {
        std::uint32_t const turn = turn_.load(std::memory_order_relaxed) * 1'664'525u + 1'013'904'223u;
        turn_.store(turn, std::memory_order_relaxed);
        return static_cast<unsigned>(std::uint64_t{turn} * count >> 32); // the high bits are the random ones
    }

    /// Waits for the end; false, and not linked, when it is there already.
    bool link(wait_node& node);
    void unlink(wait_node& node) noexcept;

    std::optional<time_point> deadline() const noexcept;
    context_state& root() noexcept { return parent_ ? parent_->root() : *this; }
    loop& home() const noexcept { return *home_; }
    boost::asio::any_io_executor const& executor() noexcept { return root().executor_; }

    /// What joins the tasks spawned under this context's root.
    task_scope& scope() noexcept { return root().scope_; }

private:
    friend void intrusive_ptr_add_ref(context_state* state) noexcept;
    friend void intrusive_ptr_release(context_state* state) noexcept;

    context_state() = default;
    ~context_state();

    void adopt(context_state& child);
    void disarm() noexcept;
    void expire(std::unique_lock<small_lock>& timers) override;
    void drop() noexcept override { armed_.store(false, std::memory_order_relaxed); }

    std::atomic<unsigned> references_{0};
    small_lock lock_;
    std::atomic<end_reason> reason_{end_reason::none};
    std::atomic<std::uint32_t> turn_{0};
    std::atomic<bool> armed_{false};
    wait_list waiters_;
    context_state* first_child_ = nullptr;
    context_state* next_sibling_ = nullptr;
    context_state* previous_sibling_ = nullptr;
    loop* home_ = nullptr;
    context_ptr parent_;
    time_point deadline_ = time_point::max();
    std::exception_ptr cause_;
    // Of a root only.
    boost::asio::any_io_executor executor_;
    task_scope scope_;
};

} // namespace tidings::detail
