// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/loop/internal/loop.hpp>
#include <tidings/wait/detail/case_set.hpp>
#include <tidings/wait/detail/operation.hpp>
#include <tidings/wait/detail/wait_context.hpp>
#include <tidings/wait/detail/wait_handler.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <type_traits>
#include <utility>

namespace tidings::detail {

/// The state of one wait on several cases; it lives in the frame of the coroutine that awaits it, or, where
/// `Shape::deletes_itself`, on the heap until it has ended (see `start_on_heap`).
///
/// `Shape` says with what the wait ends beside its cases, `until` (`wait_context` or `no_context`), which
/// source is asked first, `order`, and what the wait comes back with: `result` and `static result make(int
/// how, std::tuple<Cases...>&)`. An ended context always wins. The coroutine's
/// cancellation slot ends the wait too.
template <typename Shape, typename... Cases>
class [[nodiscard]] wait_operation final : operation
{
public:
    using result = typename Shape::result;
    static_assert(std::is_nothrow_move_constructible_v<result>,
                  "what a wait hands over must be nothrow-movable: a hand-over cannot be undone");

    /// `until` is what a `wait_context` or a `no_context` is made from.
    template <typename Until, typename... Arguments>
    explicit wait_operation(Until&& until, Arguments&&... arguments)
        : until_(std::forward<Until>(until)), cases_(std::in_place, std::forward<Arguments>(arguments)...)
    {}

    /// Awaited in place, as `co_await channel.receive(ctx)`; Asio passes the handler.
    template <boost::asio::completion_token_for<void(result)> Token>
    auto operator()(Token&& token) &&
    {
        return boost::asio::async_initiate<Token, void(result)>(
            [this](auto&& handler) { this->start(std::forward<decltype(handler)>(handler)); }, token);
    }

    /// The same for a shape that deletes itself; `arguments` are those of the constructor.
    template <typename Handler, typename... Arguments>
    static void start_on_heap(Handler&& handler, Arguments&&... arguments)
        requires(Shape::deletes_itself)
    {
        (new wait_operation(std::forward<Arguments>(arguments)...))->start(std::forward<Handler>(handler));
    }

private:
    static constexpr bool deletes_itself = requires { requires Shape::deletes_itself; };

    template <typename Handler>
    void start(Handler&& handler)
    {
        find_home(handler);
        if (until_.is_done())
            return complete_now(context_ended, handler);

        typename case_set<Cases...>::locks locks(cases_.locks_of_meeting_cases());
        int pending = 0;
        int const taken = cases_.poll(*home_, first_to_ask(), pending);
        if (taken >= 0 || (taken == nothing_left && !waits_for_context_only)) {
            locks.unlock();
            return complete_now(taken, handler);
        }

        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        handler_.emplace(std::forward<Handler>(handler));
        live_sources_.store(static_cast<std::int16_t>(pending), std::memory_order_relaxed);
        is_linked_ = true;
        home_->add_suspended(*this);
        cases_.link_meeting(*this);
        locks.unlock();
        int missed = cases_.link_others(*this);
        if (!until_.link(*this))
            missed = context_ended;
        if (missed != waiting && claim(missed))
            return schedule();
        if (slot.is_connected())
            slot.assign([this](boost::asio::cancellation_type) { cancel(); });
        // From here on somebody else may complete, and this object be gone.
        if (settled_.exchange(true, std::memory_order_acq_rel))
            schedule();
    }

    template <typename Handler>
    void find_home(Handler const& handler)
    {
        boost::asio::any_io_executor const executor = boost::asio::get_associated_executor(handler);
        auto const* const io = executor.target<boost::asio::io_context::executor_type>();
        runs_in_turns_ = io != nullptr;
        home_ = until_.likely_home();
        if (!io || !home_ || &home_->context() != &io->context())
            home_ = &internal::loop::of(executor);
    }

    int first_to_ask() noexcept
    {
        if constexpr (case_set<Cases...>::count > 1 && Shape::order == fairness::rotating)
            return static_cast<int>(until_.next_turn(case_set<Cases...>::count));
        return 0;
    }

    template <typename Handler>
    void complete_now(int how, Handler& handler)
    {
        settle(how);
        if constexpr (!deletes_itself) // such a wait is begun only when it cannot end here
            if (runs_in_turns_ && home_->may_run_inline()) {
                auto const deeper = home_->go_deeper();
                return std::move(handler)(Shape::make(how, cases_.all()));
            }
        handler_.emplace(std::move(handler));
        home_->add_suspended(*this);
        schedule();
    }

    void cancel()
    {
        if (claim(canceled))
            wake();
    }

    void run() override
    {
        int const won = how();
        leave(won);
        result value = Shape::make(won, cases_.all());
        if constexpr (deletes_itself)
            take_handler_and_delete().invoke(std::move(value));
        else
            handler_.invoke(std::move(value));
    }

    wait_handler<result> take_handler_and_delete() noexcept
    {
        wait_handler<result> taken(std::move(handler_));
        delete this;
        return taken;
    }

    void post_completion() override
    {
        boost::asio::post(handler_.executor(), [this] { run(); });
    }

    void abandon() noexcept override
    {
        if (!claim(canceled))
            await_claimer();
        leave(how());
        if constexpr (deletes_itself)
            take_handler_and_delete().discard();
        else
            handler_.discard();
    }

    void leave(int winner)
    {
        if (is_suspended())
            home_->remove_suspended(*this);
        if (!std::exchange(is_linked_, false))
            return;
        int const left = leaves_winner() ? int{waiting} : winner;
        cases_.unlink(*this, left);
        if (left != context_ended)
            until_.unlink();
    }

    static constexpr bool waits_for_context_only = sizeof...(Cases) == 0;

    typename Shape::until until_;
    case_set<Cases...> cases_;
    wait_handler<result> handler_;
};

/// A wait that is over, as a rule, when it begins: a mere mark in the frame of the coroutine that awaits it
/// in place. The state of a wait is allocated for one that has to wait, or may not go on inside the present
/// turn.
///
/// `Case::source`, from which the case is made, has `loop& home()`; `bool begin()`, which says whether the
/// wait is over; and `bool is_reached()`, with what it comes back then.
template <typename Shape, typename Case>
class [[nodiscard]] light_wait
{
public:
    explicit light_wait(typename Case::source from) noexcept : from_(from) {}

    template <boost::asio::completion_token_for<void(bool)> Token>
    auto operator()(Token&& token) &&
    {
        return boost::asio::async_initiate<Token, void(bool)>(
            [this](auto&& handler) { this->start(std::forward<decltype(handler)>(handler)); }, token);
    }

private:
    template <typename Handler>
    void start(Handler&& handler) const
    {
        internal::loop& home = from_.home();
        if (from_.begin() && home.may_run_inline()) {
            auto const deeper = home.go_deeper();
            return std::forward<Handler>(handler)(from_.is_reached());
        }
        wait_operation<Shape, Case>::start_on_heap(std::forward<Handler>(handler), &home, from_);
    }

    typename Case::source from_;
};

} // namespace tidings::detail
