// SPDX-License-Identifier: BSL-1.0
#include <tidings/logging/detail/line_queue.hpp>

#include <utility>

namespace tidings::detail {

void line_queue::push(std::string line) noexcept
try {
    {
        std::lock_guard const guard(lock_);
        if (has_ended_)
            return;
        if (line.size() > most_ - bytes_) {
            ++left_out_;
            return;
        }
        bytes_ += line.size();
        lines_.push_back(std::move(line));
    }
    has_news_.notify_one();
} catch (...) {
    leave_out();
}

void line_queue::leave_out() noexcept
{
    std::lock_guard const guard(lock_);
    ++left_out_;
}

line_queue::batch line_queue::take()
{
    std::unique_lock guard(lock_);
    has_news_.wait(guard, [this] { return has_ended_ || !lines_.empty(); });
    bytes_ = 0;
    return {.lines = std::exchange(lines_, {}),
            .left_out = left_out_ - std::exchange(left_out_before_, left_out_),
            .is_last = has_ended_};
}

void line_queue::end() noexcept
{
    {
        std::lock_guard const guard(lock_);
        has_ended_ = true;
    }
    has_news_.notify_one();
}

std::uint64_t line_queue::left_out() const
{
    std::lock_guard const guard(lock_);
    return left_out_;
}

} // namespace tidings::detail
