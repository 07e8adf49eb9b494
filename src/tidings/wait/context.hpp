// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/internal/access.hpp>
#include <tidings/loop/time.hpp>
#include <tidings/wait/detail/context_state.hpp>
#include <tidings/wait/end_reason.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <exception>
#include <optional>

namespace tidings {

class context_scope;

/// Says whether the work that it is passed to is still wanted. A handle: copy it, pass it first and by
/// value, and do not store it in anything that outlives the call. Safe from any thread.
///
/// Cancellation is level-triggered: once a context has ended, every wait that uses it returns at once, even
/// one that starts later. It ends with the first of these: the end of its parent, its deadline,
/// `context_scope::cancel`, or the end of its scope.
class context
{
public:
    /// A context without a parent, whose waits and tasks run on `executor`. It ends with the returned scope.
    /// The server gives handlers their contexts; create roots in your own programs and tests.
    static context_scope root(boost::asio::any_io_executor const& executor);

    bool is_done() const noexcept { return state_->is_done(); }

    /// `end_reason::none` until it has ended.
    end_reason reason() const noexcept { return state_->reason(); }

    /// The exception of the task that ended it, or of one that failed after its end; null if there was none.
    std::exception_ptr cause() const { return state_->cause(); }

    /// The earliest deadline of this context and its ancestors.
    std::optional<time_point> deadline() const noexcept { return state_->deadline(); }

    boost::asio::any_io_executor get_executor() const { return state_->root().executor(); }

    /// The current time of this context's loop: the real time, or the virtual time of a test.
    time_point now() const noexcept { return state_->home().now(); }

    /// Whether both are handles to the same context.
    friend bool operator==(context const&, context const&) = default;

private:
    friend internal::access;
    friend class context_scope;
    explicit context(detail::context_ptr state) noexcept : state_(std::move(state)) {}

    detail::context_ptr state_;
};

/// Owns the end of a context: leaving the scope ends it with `end_reason::canceled`. Converts to `context`,
/// so it can be passed wherever a context is expected. Movable, not copyable. `get`, `cancel` and the
/// queries are safe from any thread while it lives; only its owner may move or destroy it.
class [[nodiscard]] context_scope
{
public:
    context_scope(context_scope&&) noexcept = default;
    context_scope& operator=(context_scope&& other) noexcept;
    ~context_scope();

    operator context() const& noexcept { return context(state_); }
    operator context() const&& =
        delete; // `context ctx = with_timeout(…)` would have ended before its first use
    context get() const noexcept { return context(state_); }

    /// Ends the context and all of its descendants. May be called repeatedly, from any thread; the first
    /// reason is kept.
    void cancel() noexcept { cancel(end_reason::canceled); }
    void cancel(end_reason why) noexcept;

    bool is_done() const noexcept { return state_->is_done(); }
    end_reason reason() const noexcept { return state_->reason(); }
    std::exception_ptr cause() const { return state_->cause(); }
    std::optional<time_point> deadline() const noexcept { return state_->deadline(); }
    boost::asio::any_io_executor get_executor() const { return state_->root().executor(); }

private:
    friend internal::access;
    explicit context_scope(detail::context_ptr state) noexcept : state_(std::move(state)) {}

    detail::context_ptr state_;
};

/// A child of `parent` that can be ended separately.
context_scope with_cancel(context const& parent);

/// A child of `parent` that also ends at `deadline`, with `end_reason::deadline_exceeded`. It never outlives
/// its parent, so a deadline later than the parent's has no effect.
context_scope with_deadline(context const& parent, time_point deadline);

/// `with_deadline` that far from now. Zero or negative: it has already ended.
context_scope with_timeout(context const& parent, duration timeout);

} // namespace tidings
