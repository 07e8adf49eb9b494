// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/log_rates.hpp>

#include <utility>

namespace tidings::detail {

log_rates::answer log_rates::ask(log_kind kind, time_point now) noexcept
{
    entry& of = entries_[static_cast<std::size_t>(kind)];
    if (of.written == 0 || now - of.begin >= period) {
        auto const left_out = std::exchange(of.left_out, 0);
        auto const over = left_out != 0 ? now - of.left_out_since : duration::zero();
        of.begin = now;
        of.written = 1;
        return {true, left_out, std::chrono::ceil<std::chrono::seconds>(over)};
    }
    if (of.written < lines_a_period) {
        ++of.written;
        return {true};
    }
    if (of.left_out++ == 0)
        of.left_out_since = now;
    return {false};
}

std::uint64_t log_rates::take_rest() noexcept
{
    std::uint64_t rest = 0;
    for (entry& each : entries_)
        rest += std::exchange(each.left_out, 0);
    return rest;
}

} // namespace tidings::detail
