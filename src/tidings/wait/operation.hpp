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

/// An operation of Asio as a source for a select, such as the next read from an upstream:
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
/// It owns what it works on. The operation starts at the first look of a select, goes on when another source
/// wins, and keeps its result until a look takes it; the next one starts at the look after that. Between the
/// two nothing is under way: then what it owns may be used, by `get`.
///
/// Errors are results and not exceptions, since an upstream that has come to its end is nothing unusual. What
/// the function itself throws comes out of `select`.
///
/// Destroying it cancels (terminally) what is under way. What it owns lives until that has completed; an
/// operation that ignores cancellation keeps it for as long as it takes. Making one is one allocation, a look
/// none, and what Asio needs for what is under way it reuses.
///
/// Made, used and destroyed by one coroutine, on the loop of its context. The operation completes on the
/// executor of that context, and what it owns has to run there too. If it goes while it is waited for, it
/// takes no part any more.
///
/// `R`, which is deduced, is what the operation completes with beside an error; void where that is nothing.
template <typename R, typename... Owned>
class operation
{
public:
    /// `boost::system::error_code error`, and `R value` unless `R` is void.
    using result = detail::operation_result<R>;

    /// `start` is called as `start(owned&...)` and returns an operation that has not begun, as the functions
    /// of Asio do for `asio::deferred`. Refused at compile time are capturing lambdas, and among what is
    /// owned views, `std::ref` and `char const*`: they would dangle.
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

    /// What it owns of that type. Not to be used while an operation is under way.
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
