// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop.hpp>
#include <tidings/loop/internal/spinlock.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/wait/detail/operation.hpp>
#include <tidings/wait/end_reason.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <optional>

namespace tidings::detail {

class child_context;
class context_state;
class root_context;
class task_scope;
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
    bool link(wait_node& node);
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
    boost::asio::any_io_executor const& executor() noexcept;

    /// What joins the tasks spawned under this context's root.
    task_scope& scope() noexcept;

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

} // namespace tidings::detail
