// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/wait/context.hpp>
#include <tidings/wait/detail/operation.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <atomic>
#include <memory>

namespace tidings::detail {

/// Emits terminal cancellation for one Asio operation, on its executor, when a context ends; passes on what
/// comes from the coroutine's own cancellation slot.
class context_link final : operation, public std::enable_shared_from_this<context_link>
{
public:
    context_link(context until, boost::asio::any_io_executor executor, boost::asio::cancellation_slot outer);
    ~context_link();

    boost::asio::cancellation_slot slot() noexcept { return signal_.slot(); }

    /// Starts watching. The operation has been initiated, and may have completed already.
    void watch();

    /// The operation has completed.
    void release() noexcept;

private:
    void run() override;
    void post_completion() override;
    void abandon() noexcept override {}

    context until_;
    boost::asio::any_io_executor executor_;
    boost::asio::cancellation_slot outer_;
    boost::asio::cancellation_signal signal_;
    wait_node node_;
    std::atomic<bool> is_released_{false};
};

} // namespace tidings::detail
