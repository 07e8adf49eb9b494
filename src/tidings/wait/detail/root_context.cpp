// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/root_context.hpp>

namespace tidings::detail {

context_ptr root_context::make(boost::asio::any_io_executor const& executor)
{
    auto* const made = new root_context(loop::of(executor));
    context_ptr root(made);
    if (executor != made->home().executor())
        made->executor_ = std::make_unique<boost::asio::any_io_executor>(executor);
    return root;
}

} // namespace tidings::detail
