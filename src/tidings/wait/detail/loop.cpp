// SPDX-License-Identifier: BSL-1.0
#include <tidings/wait/detail/loop.hpp>

#include <boost/asio/io_context.hpp>

namespace asio = boost::asio;

namespace tidings::detail {

loop& loop::of(asio::any_io_executor const& executor)
{
    auto& found = asio::use_service<loop>(asio::query(executor, asio::execution::context));
    std::call_once(found.executor_bound_, [&] {
        found.executor_ = executor;
        found.timers_.bind(executor);
    });
    return found;
}

loop::loop(asio::execution_context& context)
    : service(context), turns_(executor_, timers_), clock_(turns_), timers_(turns_, clock_),
      suspended_(turns_)
{}

void loop::shutdown()
{
    turns_.close();
    timers_.close();
    suspended_.abandon_all();
    if (!executor_.target<asio::io_context::executor_type>())
        executor_ = {}; // a strand's service may go before this one
}

void loop::run_in_turn(run_node& node)
{
    if (!turns_.claim_turn()) {
        turn_queue::visit const outside_of_turns(turns_);
        return node.run();
    }
    turn_queue::turn const now(turns_);
    node.run();
    turns_.run_ready();
}

} // namespace tidings::detail
