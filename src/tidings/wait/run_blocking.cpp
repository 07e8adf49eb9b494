// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/channel.hpp>
#include <tidings/wait/run_blocking.hpp>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;

namespace tidings {

namespace detail {

/// Threads for calls that block, and a queue of bounded length; who comes when that is full waits for a
/// place, as a coroutine. Joins its threads when destroyed: a call that runs is waited for, one that has not
/// begun is dropped.
class blocking_pool
{
public:
    explicit blocking_pool(std::size_t threads) : count_(threads), places_(threads * (1 + queued_per_thread))
    {}
    ~blocking_pool()
    {
        if (!threads_)
            return;
        threads_->stop();
        threads_->join();
    }
    blocking_pool(blocking_pool const&) = delete;
    blocking_pool& operator=(blocking_pool const&) = delete;

    /// True when the job has run, on a thread of the pool. False when the context ended first. Throws when
    /// the system has no thread or memory for it.
    asio::awaitable<bool> run(context ctx, std::shared_ptr<blocking_job> job);

    std::size_t wait_until_idle(duration limit)
    {
        std::unique_lock guard(lock_);
        is_idle_.wait_for(guard, limit, [this] { return running_ == 0; });
        return running_;
    }

private:
    struct place
    {};
    struct finished
    {};

    /// They start with the first call: a process of one thread makes cheaper system calls.
    asio::thread_pool& threads()
    {
        std::call_once(start_, [this] { threads_.emplace(count_); });
        return *threads_;
    }

    void change_running(int by)
    {
        std::lock_guard const guard(lock_);
        running_ += static_cast<std::size_t>(by);
        if (running_ == 0)
            is_idle_.notify_all();
    }

    std::size_t const count_;
    channel<place> places_;
    std::mutex lock_;
    std::condition_variable is_idle_;
    std::size_t running_ = 0;
    std::once_flag start_;
    std::optional<asio::thread_pool> threads_;
};

namespace {

/// Counts a job as work elsewhere while it lives, so that virtual time does not run ahead of it.
class work_elsewhere
{
public:
    explicit work_elsewhere(internal::loop& at) : at_(at) { at_.begin_work_elsewhere(); }
    ~work_elsewhere() { at_.end_work_elsewhere(); }
    work_elsewhere(work_elsewhere const&) = delete;
    work_elsewhere& operator=(work_elsewhere const&) = delete;

private:
    internal::loop& at_;
};

/// The pool of an execution context; made at the first call, unless one was given before.
class blocking_pool_service final : public asio::execution_context::service
{
public:
    using key_type = blocking_pool_service;
    static inline asio::execution_context::id id;

    explicit blocking_pool_service(asio::execution_context& context) : service(context) {}

    static blocking_pool_service& of(asio::any_io_executor const& executor)
    {
        return asio::use_service<blocking_pool_service>(asio::query(executor, asio::execution::context));
    }

    std::shared_ptr<blocking_pool> get()
    {
        constexpr std::size_t default_threads = 4;
        std::lock_guard const guard(lock_);
        if (!pool_)
            pool_ = std::make_shared<blocking_pool>(default_threads);
        return pool_;
    }

    void use(std::shared_ptr<blocking_pool> pool)
    {
        std::lock_guard const guard(lock_);
        pool_ = std::move(pool);
    }

private:
    void shutdown() override { use(nullptr); }

    std::mutex lock_;
    std::shared_ptr<blocking_pool> pool_;
};

} // namespace

asio::awaitable<bool> blocking_pool::run(context ctx, std::shared_ptr<blocking_job> job)
{
    channel<finished> completion(1);
    if (!co_await places_.send(ctx))
        co_return false;
    try {
        // The threads are joined before this object goes.
        auto task = [this, job = std::move(job), completion, places = places_]() mutable {
            change_running(+1);
            job->run();
            change_running(-1);
            (void)places.try_receive();
            (void)completion.try_send();
        };
        asio::post(threads(), std::move(task));
    } catch (...) { // no thread will give the place back
        (void)places_.try_receive();
        throw;
    }
    work_elsewhere const counted(internal::access::state(ctx).home());
    co_return (co_await completion.receive(ctx)).has_value();
}

asio::awaitable<bool> run_elsewhere(context ctx, std::shared_ptr<blocking_job> job)
{
    auto const pool = blocking_pool_service::of(ctx.get_executor()).get();
    bool const has_run = co_await pool->run(std::move(ctx), std::move(job));
    co_return has_run;
}

} // namespace detail

blocking_threads::blocking_threads(std::size_t count)
{
    if (count == 0)
        throw std::invalid_argument("tidings::blocking_threads: without a thread every call would wait for "
                                    "ever; give at least 1");
    pool_ = std::make_shared<detail::blocking_pool>(count);
}

void blocking_threads::serve(asio::any_io_executor const& executor) const
{
    detail::blocking_pool_service::of(executor).use(pool_);
}

std::size_t blocking_threads::wait_until_idle(duration limit) const
{
    return pool_->wait_until_idle(limit);
}

} // namespace tidings
