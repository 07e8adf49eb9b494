// SPDX-License-Identifier: BSL-1.0
#include <tidings/service/detail/heartbeat.hpp>

#include <boost/asio/post.hpp>

#include <utility>

namespace tidings::detail {

heartbeat::heartbeat(std::vector<boost::asio::any_io_executor> loops, std::function<void()> all_alive)
    : loops_(std::move(loops)), all_alive_(std::move(all_alive))
{}

void heartbeat::ask()
{
    if (missing_ != 0)
        return;
    missing_ = loops_.size();
    for (auto const& each : loops_)
        boost::asio::post(each, [self = shared_from_this()] { self->answer(); });
}

void heartbeat::answer()
{
    if (--missing_ == 0)
        all_alive_();
}

} // namespace tidings::detail
