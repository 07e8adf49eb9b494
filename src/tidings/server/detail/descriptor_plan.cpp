// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/descriptor_plan.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <limits>

namespace tidings::detail {

descriptor_plan plan_descriptors(std::size_t allowed, std::size_t max_connections) noexcept
{
    std::size_t const refused = std::clamp<std::size_t>(allowed / 16, 1, 256);
    std::size_t const files = std::clamp<std::size_t>(allowed / 8, 1, 1024);
    std::size_t const others = std::min<std::size_t>(allowed / 4, 64);
    std::size_t const spoken_for = refused + files + others;
    std::size_t const left = allowed > spoken_for ? allowed - spoken_for : 1;
    return {.connections = std::min(max_connections, left), .refused = refused, .files = files};
}

std::size_t allowed_descriptors() noexcept
{
    rlimit limit{};
    bool const is_known = ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    return is_known ? static_cast<std::size_t>(limit.rlim_cur) : std::numeric_limits<std::size_t>::max();
}

} // namespace tidings::detail
