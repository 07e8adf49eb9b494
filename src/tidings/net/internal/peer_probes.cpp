// SPDX-License-Identifier: BSL-1.0
#include <tidings/net/internal/peer_probes.hpp>

#include <algorithm>

namespace tidings::internal {

namespace {

constexpr duration longest_base = std::chrono::seconds(15);

bool comments_come_first(duration keep_alive) noexcept
{
    return keep_alive > duration::zero() && keep_alive <= longest_base;
}

} // namespace

peer_probes probes_of(duration keep_alive) noexcept
{
    duration const base = comments_come_first(keep_alive) ? keep_alive : longest_base;
    auto const third = std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(base / 3));
    return {.silence = std::chrono::ceil<std::chrono::seconds>(base) + third, .interval = third};
}

std::chrono::milliseconds unacknowledged_limit(duration keep_alive, duration write_timeout) noexcept
{
    if (write_timeout <= duration::zero())
        return {};
    auto const limit = std::chrono::ceil<std::chrono::milliseconds>(write_timeout);
    return comments_come_first(keep_alive)
               ? limit
               : std::max<std::chrono::milliseconds>(limit, probes_of(keep_alive).worst());
}

} // namespace tidings::internal
