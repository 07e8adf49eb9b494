// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/blocking_pool.hpp>

#include <boost/asio/awaitable.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tidings {

namespace detail {

/// The result of a call on its way from the pool's thread to the coroutine: a value, an exception, or
/// neither.
template <typename Result, typename Function, typename... Arguments>
class call_job final : public blocking_job
{
public:
    using outcome = std::conditional_t<std::is_void_v<Result>, bool, std::optional<Result>>;

    template <typename F, typename... A>
    explicit call_job(std::in_place_t, F&& function, A&&... arguments)
        : function_(std::forward<F>(function)), arguments_(std::forward<A>(arguments)...)
    {}

    void run() noexcept override
    {
        try {
            if constexpr (std::is_void_v<Result>) {
                std::apply(std::move(function_), std::move(arguments_));
                outcome_ = true;
            } else {
                outcome_.emplace(std::apply(std::move(function_), std::move(arguments_)));
            }
        } catch (...) {
            failure_ = std::current_exception();
        }
    }

    outcome take()
    {
        if (failure_)
            std::rethrow_exception(failure_);
        return std::move(outcome_);
    }

private:
    Function function_;
    std::tuple<Arguments...> arguments_;
    outcome outcome_{};
    std::exception_ptr failure_;
};

template <typename Job>
boost::asio::awaitable<typename Job::outcome> await_job(context ctx, std::shared_ptr<Job> job)
{
    auto const executor = ctx.get_executor();
    auto& service = boost::asio::use_service<blocking_pool_service>(
        boost::asio::query(executor, boost::asio::execution::context));
    auto const pool = service.get();
    if (!co_await pool->run(std::move(ctx), job))
        co_return typename Job::outcome{};
    co_return job->take();
}

} // namespace detail

/// Calls `function(arguments...)` on a thread of a bounded pool and comes back with `std::optional` of its
/// result
/// (`bool` for a function that returns nothing), so that a blocking call (a database, a file, a long
/// computation) never holds up a loop. Empty when the context ended first: the call, if it runs, goes on
/// unwatched, so it must own what it uses. Arguments are copied. An exception of the call is rethrown here.
///
/// While all threads are busy and the pool's queue is full, this waits for a place.
template <typename Function, typename... Arguments>
[[nodiscard]] auto run_blocking(context const& ctx, Function&& function, Arguments&&... arguments)
{
    using callable = std::decay_t<Function>;
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 14
    static_assert(std::is_lvalue_reference_v<Function> || std::is_trivially_destructible_v<callable>,
                  "run_blocking: g++ 12 destroys an owning lambda twice when it is written inside co_await "
                  "(GCC 107288); give it a name first, or pass what it captures as arguments");
#endif
    using result = std::invoke_result_t<callable, std::decay_t<Arguments>...>;
    using job = detail::call_job<result, callable, std::decay_t<Arguments>...>;
    return detail::await_job(ctx, std::make_shared<job>(std::in_place, std::forward<Function>(function),
                                                        std::forward<Arguments>(arguments)...));
}

} // namespace tidings
