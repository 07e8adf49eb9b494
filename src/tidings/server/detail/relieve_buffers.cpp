// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/connection.hpp>
#include <tidings/server/detail/relieve_buffers.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace tidings::detail {

bool relieve_buffers(loop_state& home)
{
    std::vector<std::pair<std::size_t, boost::intrusive_ptr<connection>>> holders;
    for (auto& each : home.connections())
        if (std::size_t const held = each->can_be_relieved_of(); held != 0)
            holders.emplace_back(held, std::move(each));
    std::ranges::sort(holders, std::greater(), [](auto const& each) { return each.first; });

    std::size_t excess = home.shared->buffers.excess();
    for (auto const& [held, each] : holders) {
        if (excess == 0)
            break;
        each->end_for_buffers();
        excess -= std::min(excess, held);
    }
    return excess == 0;
}

} // namespace tidings::detail
