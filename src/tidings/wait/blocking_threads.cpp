// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/blocking_threads.hpp>
#include <tidings/wait/detail/blocking_pool.hpp>

#include <stdexcept>

namespace tidings {

blocking_threads::blocking_threads(std::size_t count)
{
    if (count == 0)
        throw std::invalid_argument("tidings::blocking_threads: without a thread every call would wait for "
                                    "ever; give at least 1");
    pool_ = std::make_shared<detail::blocking_pool>(count);
}

void blocking_threads::serve(boost::asio::any_io_executor const& executor) const
{
    auto& context = boost::asio::query(executor, boost::asio::execution::context);
    boost::asio::use_service<detail::blocking_pool_service>(context).use(pool_);
}

std::size_t blocking_threads::wait_until_idle(duration limit) const
{
    return pool_->wait_until_idle(limit);
}

} // namespace tidings
