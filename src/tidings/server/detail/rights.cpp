// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/exchange.hpp>
#include <tidings/server/detail/rights.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace tidings::detail {

rights::rights(internal::loop& home, carrier& over, time_point until, duration notice)
    : loop_timer(home), over_(over), notice_(notice)
{
    move(until);
}

void rights::move(time_point until)
{
    until_ = until;
    set(until - std::clamp(notice_, duration::zero(), std::max(until - now(), duration::zero())));
}

void rights::on_time()
{
    if (now() >= until_)
        return over_.rights_end(); // which may destroy this
    set(until_);
    announce();
}

void rights::announce()
{
    auto& out = over_.out();
    if (!out.is_open())
        return;
    auto const left = std::chrono::round<std::chrono::milliseconds>(until_ - now());
    std::string const data = fmt::format(R"({{"milliseconds":{}}})", left.count());
    out.append(event{.type = "tidings-expiring", .data = data});
    out.flush();
}

time_point in_time_of_loop(std::chrono::system_clock::time_point wall, time_point now) noexcept
{
    auto const wall_now = std::chrono::system_clock::now();
    return wall <= wall_now ? now : later(now, wall - wall_now);
}

} // namespace tidings::detail
