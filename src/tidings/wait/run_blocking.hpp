// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/may_dangle.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tidings {

namespace detail {

class blocking_pool;

/// How many calls wait for a thread, for each thread that there is. Further ones wait as coroutines.
constexpr std::size_t queued_per_thread = 16;

/// A call that may block, and later what came of it.
class blocking_job
{
public:
    virtual ~blocking_job() = default;
    virtual void run() noexcept = 0;
};

/// Runs the job on a thread that serves the context of `ctx`; true when it has run. False when `ctx` ended
/// first: the job then goes on unwatched, or is not started. Throws when the system has no thread or memory
/// for it.
boost::asio::awaitable<bool> run_elsewhere(context ctx, std::shared_ptr<blocking_job> job);

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
    bool const has_run = co_await run_elsewhere(std::move(ctx), job);
    if (!has_run)
        co_return typename Job::outcome{};
    co_return job->take();
}

} // namespace detail

/// The threads of `run_blocking`, shared by several loops. An execution context without one creates its own
/// four threads at the first call. A handle; the threads are joined when its last copy and the last context
/// that uses it are destroyed. Safe from any thread.
class blocking_threads
{
public:
    /// The threads start with the first call. Throws `std::invalid_argument` if `count` is 0: no call would
    /// ever run.
    explicit blocking_threads(std::size_t count);

    /// From now on, `run_blocking` uses these threads on the execution context of `executor`.
    void serve(boost::asio::any_io_executor const& executor) const;

    /// Blocks the calling thread until no call is running, but at most for `limit`; returns how many are
    /// still running.
    std::size_t wait_until_idle(duration limit) const;

private:
    std::shared_ptr<detail::blocking_pool> pool_;
};

/// Calls `function(arguments...)` on a thread of a bounded pool and completes with a `std::optional` of its
/// result (`bool` for a function that returns nothing), so that a blocking call (a database, a file, a long
/// computation) never holds up a loop. Empty if the context ended first: the call, if it is running,
/// continues, and its result is dropped. An exception of the call is rethrown here.
///
/// The call must therefore own what it uses. Arguments are copied, and moved into the function; capturing
/// lambdas and, as for `spawn`, views, `std::ref` and `char const*` are rejected at compile time. A call
/// cannot be interrupted: the destructor of the threads' owner (the server, or else the `io_context`) waits
/// for it, so give it a time limit. Calls that have not started by then do not run.
///
/// While all threads are busy and the pool's queue is full, this waits for room in it.
template <typename Function, typename... Arguments>
[[nodiscard]] auto run_blocking(context const& ctx, Function&& function, Arguments&&... arguments)
{
    using callable = std::decay_t<Function>;
    static_assert(
        detail::owns_what_it_uses<callable>,
        "run_blocking: what a lambda has captured may be gone when the call runs on its thread; pass "
        "it as arguments, which are copied");
    static_assert(
        !(detail::may_dangle<std::decay_t<Arguments>> || ...),
        "run_blocking: a view, std::ref or char const* would dangle in the call; pass a value, such "
        "as std::string");
    using result = std::invoke_result_t<callable, std::decay_t<Arguments>...>;
    using job = detail::call_job<result, callable, std::decay_t<Arguments>...>;
    return detail::await_job(ctx, std::make_shared<job>(std::in_place, std::forward<Function>(function),
                                                        std::forward<Arguments>(arguments)...));
}

} // namespace tidings
