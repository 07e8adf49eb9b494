// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/blocking_pool.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace tidings::detail {

namespace {

struct finished
{};

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

} // namespace

/// Started when the first call comes: a process of one thread makes cheaper system calls.
class blocking_pool::threads
{
public:
    explicit threads(std::size_t count) : count_(count) {}
    ~threads()
    {
        if (!pool_)
            return;
        pool_->stop();
        pool_->join();
    }

    void run(blocking_job& job)
    {
        change_running(+1);
        job.run();
        change_running(-1);
    }

    std::size_t wait_until_idle(duration limit)
    {
        std::unique_lock guard(lock_);
        is_idle_.wait_for(guard, limit, [this] { return running_ == 0; });
        return running_;
    }

    boost::asio::thread_pool& started()
    {
        std::call_once(start_, [this] { pool_.emplace(count_); });
        return *pool_;
    }

private:
    void change_running(int by)
    {
        std::lock_guard const guard(lock_);
        running_ += static_cast<std::size_t>(by);
        if (running_ == 0)
            is_idle_.notify_all();
    }

    std::mutex lock_;
    std::condition_variable is_idle_;
    std::size_t running_ = 0;
    std::size_t count_;
    std::once_flag start_;
    std::optional<boost::asio::thread_pool> pool_;
};

blocking_pool::blocking_pool(std::size_t count)
    : places_(count * (1 + queue_per_thread)), threads_(std::make_unique<threads>(count))
{}

blocking_pool::~blocking_pool() = default;

boost::asio::awaitable<bool> blocking_pool::run(context ctx, std::shared_ptr<blocking_job> job)
{
    channel<finished> completion(1);
    if (!co_await places_.send(ctx))
        co_return false;
    try {
        // The threads are joined before their object goes.
        auto task = [on = threads_.get(), job = std::move(job), completion, places = places_]() mutable {
            on->run(*job);
            (void)places.try_receive();
            (void)completion.try_send();
        };
        boost::asio::post(threads_->started(), std::move(task));
    } catch (...) { // no thread will give the place back
        (void)places_.try_receive();
        throw;
    }
    work_elsewhere const counted(internal::access::state(ctx).home());
    co_return (co_await completion.receive(ctx)).has_value();
}

std::size_t blocking_pool::wait_until_idle(duration limit)
{
    return threads_->wait_until_idle(limit);
}

std::shared_ptr<blocking_pool> blocking_pool_service::get()
{
    std::lock_guard const guard(lock_);
    if (!pool_)
        pool_ = std::make_shared<blocking_pool>();
    return pool_;
}

void blocking_pool_service::use(std::shared_ptr<blocking_pool> pool)
{
    std::lock_guard const guard(lock_);
    pool_ = std::move(pool);
}

void blocking_pool_service::shutdown()
{
    use(nullptr);
}

} // namespace tidings::detail
