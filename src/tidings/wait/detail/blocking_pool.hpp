// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/channel.hpp>
#include <tidings/wait/context.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>

#include <cstddef>
#include <memory>
#include <mutex>

namespace tidings::detail {

/// A call that may block, and later what came of it.
class blocking_job
{
public:
    virtual ~blocking_job() = default;
    virtual void run() noexcept = 0;
};

/// Threads for calls that block. At most `threads` run and as many times `queue_per_thread` wait; who comes
/// then waits for a place, as a coroutine. Several loops may share one pool. Joins its threads when
/// destroyed: a call that runs is waited for, one that has not begun is dropped.
class blocking_pool
{
public:
    static constexpr std::size_t default_threads = 4;
    static constexpr std::size_t queue_per_thread = 16;

    explicit blocking_pool(std::size_t threads = default_threads);
    ~blocking_pool();
    blocking_pool(blocking_pool const&) = delete;
    blocking_pool& operator=(blocking_pool const&) = delete;

    /// Runs the job on a thread of the pool; true when it has run. False when the context ended first: the
    /// job then goes on unwatched, or is not started. Throws when the system has no thread or memory for it.
    boost::asio::awaitable<bool> run(context ctx, std::shared_ptr<blocking_job> job);

    /// Waits, with the calling thread, until no job runs, but no longer than `limit`; how many run then.
    std::size_t wait_until_idle(duration limit);

private:
    class threads;
    struct place
    {};
    channel<place> places_;
    std::unique_ptr<threads> threads_;
};

/// The pool of an execution context; made at the first call, unless one was given before.
class blocking_pool_service final : public boost::asio::execution_context::service
{
public:
    using key_type = blocking_pool_service;
    static inline boost::asio::execution_context::id id;

    explicit blocking_pool_service(boost::asio::execution_context& context) : service(context) {}

    std::shared_ptr<blocking_pool> get();
    void use(std::shared_ptr<blocking_pool> pool);

private:
    void shutdown() override;

    std::mutex lock_;
    std::shared_ptr<blocking_pool> pool_;
};

} // namespace tidings::detail
