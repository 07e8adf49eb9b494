// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/internal/access.hpp>
#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/operation_state.hpp>

#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tidings {

/// An Asio operation as a source for a select, such as the next read from an upstream:
///
///     auto read_line(tcp::socket& from, std::string& into)
///     {
///         return asio::async_read_until(from, asio::dynamic_buffer(into), '\n', asio::deferred);
///     }
///
///     tidings::operation line(ctx, read_line, std::move(upstream), std::string());
///     while (auto next = co_await tidings::select(ctx, line, pings))
///         if (auto* read = next.from(line)) // read->error, read->value
///
/// It owns what it works on. The operation starts when a select first looks at it, continues if another
/// source wins, and keeps its result until a select takes it; the next operation starts at the look after
/// that. Between the two nothing is in progress, and `get` may be used to access what it owns.
///
/// Errors are results and not exceptions, since an upstream that has ended is nothing unusual. Exceptions of
/// the function itself are thrown by `select`.
///
/// Destroying it cancels (terminally) what is in progress. What it owns lives until that has completed; an
/// operation that ignores cancellation keeps it for as long as it takes. Creating one takes one allocation,
/// a look none, and Asio's memory for the operation is reused.
///
/// Create, use and destroy it in one coroutine, on the loop of its context. The operation completes on the
/// executor of that context, and what it owns must use that executor too. If it is destroyed while something
/// waits for it, it takes no further part.
///
/// `R`, which is deduced, is the operation's result besides the error; void if there is none.
template <typename R, typename... Owned>
class operation
{
public:
    /// `boost::system::error_code error`, and `R value` unless `R` is void.
    using result = detail::operation_result<R>;

    /// `start` is called as `start(owned&...)` and returns an operation that has not started, as Asio's
    /// functions do with `asio::deferred`. Capturing lambdas are rejected at compile time, and so are views,
    /// `std::ref` and `char const*` among what is owned: they would dangle.
    template <typename Function, typename... Arguments>
    explicit operation(context const& ctx, Function start, Arguments&&... owned)
        : state_(std::make_shared<state>(ctx.get_executor(), std::move(start),
                                         std::forward<Arguments>(owned)...))
    {
        using value = typename decltype(detail::check_operation<Function, Owned...>())::type;
        static_assert(std::is_same_v<R, value>, "operation: R is not what the operation completes with");
    }
    ~operation() { state_->abandon(); }
    operation(operation const&) = delete;
    operation& operator=(operation const&) = delete;

    /// The owned object of that type. Do not use it while an operation is in progress.
    template <typename T>
    T& get() noexcept
    {
        return std::get<T>(state_->owned);
    }

private:
    friend internal::access;
    using state = detail::operation_state<R, Owned...>;
    using wait_case = detail::operation_case<R, Owned...>;

    internal::pull_source<result>* wait_source() noexcept { return state_.get(); }

    std::shared_ptr<state> state_;
};

template <typename Function, typename... Owned>
operation(context const&, Function, Owned...)
    -> operation<typename decltype(detail::check_operation<Function, Owned...>())::type, Owned...>;

} // namespace tidings
