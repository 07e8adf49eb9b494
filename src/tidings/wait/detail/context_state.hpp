// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop.hpp>
#include <tidings/loop/internal/spinlock.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/wait/detail/operation.hpp>
#include <tidings/wait/detail/task_scope.hpp>
#include <tidings/wait/end_reason.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>

namespace tidings::internal {
class loop_timer;
}

namespace tidings::detail {

class child_context;
class context_state;
class root_context;
void intrusive_ptr_add_ref(context_state* state) noexcept;
void intrusive_ptr_release(context_state* state) noexcept;
using context_ptr = boost::intrusive_ptr<context_state>;

/// One node in the tree of contexts: a root or a child. Ending a node ends what is below it. Safe from any
/// thread.
///
/// Locks are taken from the root towards the leaves. A child holds its parent; a parent knows its children
/// only while they live. A state goes with its last handle, or, when somebody waits there still, with the
/// last of those: a wait holds no handle, but its place in the list is one.
class context_state
{
public:
    context_state(context_state const&) = delete;
    context_state& operator=(context_state const&) = delete;

    bool is_done() const noexcept { return reason() != end_reason::none; }
    end_reason reason() const noexcept { return reason_.load(std::memory_order_acquire); }
    std::exception_ptr cause();

    /// Ends this context and all below it; true for the call that did. Later calls change nothing.
    bool end(end_reason why, std::exception_ptr cause = nullptr);

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
    bool link(wait_node& node, operation& owner, int index)
    {
        std::lock_guard const guard(lock_);
        if (is_done())
            return false;
        waiters_.enter(node, owner, index);
        return true;
    }

    /// Leaves. Perhaps this object goes: whoever calls it for a node that may not be linked holds a handle.
    void unlink(wait_node& node) noexcept;

    /// A wait begins. One that begins after the end comes back at once; each time that so many have done so
    /// that whoever waits must be going on for ever, this throws `std::logic_error` in its place.
    void check_wait()
    {
        if (is_done()) [[unlikely]]
            count_wait_after_end();
    }

    /// The earliest on the way to the root.
    virtual std::optional<time_point> deadline() const noexcept = 0;
    /// Where waits after the end are counted: a child that had ended when it was made is one of many.
    virtual context_state& counts_waits() noexcept = 0;
    virtual root_context& root() noexcept = 0;

    internal::loop& home() const noexcept { return home_; }

protected:
    explicit context_state(internal::loop& home) noexcept : home_(home) {}
    virtual ~context_state() = default;

    /// Counts one handle more, unless there is none any more.
    bool try_add_reference() noexcept;

    /// The cause, of a context that has ended without one.
    void add_cause(std::exception_ptr cause);

private:
    friend class child_context;
    void count_wait_after_end();
    void last_handle_gone() noexcept;

    friend void intrusive_ptr_add_ref(context_state* state) noexcept;
    friend void intrusive_ptr_release(context_state* state) noexcept;

    std::atomic<unsigned> references_{0};
    std::atomic<std::uint32_t> turn_{0};
    std::atomic<end_reason> reason_{end_reason::none};
    internal::spinlock lock_;
    bool has_handles_ = true; // guarded by the lock
    std::atomic<std::uint32_t> waits_after_end_{0};
    wait_list waiters_;
    child_context* first_child_ = nullptr;
    internal::loop& home_;
    std::exception_ptr cause_;
};

/// A context without a parent: it knows where its waits and tasks run, and joins the tasks.
class root_context final : public context_state
{
public:
    static context_ptr make(boost::asio::any_io_executor const& executor);

    std::optional<time_point> deadline() const noexcept override { return std::nullopt; }
    root_context& root() noexcept override { return *this; }
    context_state& counts_waits() noexcept override { return *this; }

    boost::asio::any_io_executor const& executor() const noexcept
    {
        return executor_ ? *executor_ : home().executor();
    }

    /// What joins the tasks spawned under this context.
    task_scope& scope() noexcept { return scope_; }

    /// An exception has left a task. The first one ends the context; one that comes after the end is kept as
    /// its cause.
    void task_failed(std::exception_ptr failure);
    /// Set to the present when a task ends the context.
    void set_alarm(internal::loop_timer* alarm) noexcept { alarm_ = alarm; }

private:
    explicit root_context(internal::loop& home) noexcept : context_state(home) {}
    ~root_context() override = default;

    std::unique_ptr<boost::asio::any_io_executor> executor_; // where it is not its loop's own: a strand, say
    task_scope scope_;
    internal::loop_timer* alarm_ = nullptr;
};

/// A context that ends with its parent, and may end before, on its own or at its deadline.
class child_context final : public context_state, internal::timer_entry
{
public:
    static context_ptr make(context_ptr parent, time_point deadline = time_point::max());

    std::optional<time_point> deadline() const noexcept override;
    root_context& root() noexcept override { return parent_->root(); }
    context_state& counts_waits() noexcept override
    {
        return was_made_after_end_ ? parent_->counts_waits() : *this;
    }

    /// Guarded by the parent's lock.
    child_context* next_sibling() const noexcept { return next_sibling_; }

private:
    child_context(context_ptr parent, time_point deadline);
    ~child_context() override;

    void arm();
    void expire(std::unique_lock<internal::spinlock>& timers) override;
    void drop() noexcept override { armed_.store(false, std::memory_order_relaxed); }

    context_ptr parent_;
    child_context* next_sibling_ = nullptr;
    child_context* previous_sibling_ = nullptr;
    time_point deadline_;
    std::atomic<bool> armed_{false};
    bool was_made_after_end_ = false; // its parent's
};

} // namespace tidings::detail
