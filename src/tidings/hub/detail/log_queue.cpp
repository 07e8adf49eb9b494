// SPDX-License-Identifier: BSL-1.0
#include <tidings/hub/detail/log_queue.hpp>

namespace tidings::detail {

void log_queue::add(prepared_event const& sent)
{
    next_ = sent.number + 1;
    ++count_;
    bytes_ += sent.frame.text().size();
}

void log_queue::remove(prepared_event const& done)
{
    --count_;
    bytes_ -= done.frame.text().size();
}

void log_queue::take_back(prepared_event const& refused)
{
    remove(refused);
    next_ = refused.number;
}

std::optional<internal::shared_frame> log_queue::release(std::uint64_t done)
{
    if (held_.empty() || held_.front().behind > done)
        return std::nullopt;
    internal::shared_frame next = std::move(held_.front().text);
    held_.pop_front();
    return next;
}

} // namespace tidings::detail
