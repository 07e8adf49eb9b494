// SPDX-License-Identifier: BSL-1.0
#include <tidings/admin/detail/health.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace tidings::detail {

health health_of_loops(std::optional<internal::server_figures> const& of, time_point now,
                       duration stuck_after)
{
    if (!of)
        return {};
    for (std::size_t i = 0; i < of->beats.size(); ++i) {
        time_point const beat = of->beats[i];
        bool const runs = beat != time_point() && beat != time_point::max();
        if (runs && now - beat >= stuck_after)
            return {.is_well = false,
                    .reason = fmt::format("loop {} of {} has been stuck for {} s", i + 1, of->beats.size(),
                                          std::chrono::floor<std::chrono::seconds>(now - beat).count())};
    }
    return {};
}

health health_of_service(std::optional<internal::server_figures> const& of,
                         std::map<std::string, bool> const& store_is_away, time_point now,
                         duration stuck_after)
{
    if (!of || std::ranges::count(of->beats, time_point::max()) != 0)
        return {.is_well = false, .reason = "the server is stopping"};
    if (std::ranges::count(of->beats, time_point()) != 0)
        return {.is_well = false, .reason = "the server has not started yet"};
    if (health const loops = health_of_loops(of, now, stuck_after); !loops.is_well)
        return loops;
    if (std::ranges::any_of(store_is_away, [](auto const& each) { return each.second; }))
        return {.is_well = false, .reason = "a store is away"};
    return {};
}

} // namespace tidings::detail
