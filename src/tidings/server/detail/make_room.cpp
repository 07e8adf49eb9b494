// SPDX-License-Identifier: BSL-1.0
#include <tidings/server/detail/connection.hpp>
#include <tidings/server/detail/make_room.hpp>

#include <algorithm>
#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tidings::detail {

namespace {

constexpr std::size_t idle_ones_a_victim = 64;

// Only the oldest requests are compared; and one that has only just begun is not slow.
constexpr std::size_t compared_requests = 256;
constexpr auto shortest_wait = std::chrono::seconds(1);

struct network_hash
{
    std::size_t operator()(internal::peer_address const& of) const noexcept { return of.hash(); }
};

/// How many idle connections each address holds. What many share, a proxy or a unix socket, is nobody's
/// address: each connection then stands for itself.
class holders
{
public:
    explicit holders(std::vector<boost::intrusive_ptr<connection>> const& idle)
    {
        for (auto const& each : idle)
            if (!each->is_of_nobody())
                ++counts_[each->peer().network()];
        for (auto const& [network, count] : counts_)
            most_ = std::max(most_, count);
    }

    bool holds_most(connection const& one) const
    {
        return (one.is_of_nobody() ? 1 : counts_.at(one.peer().network())) == most_;
    }

private:
    std::unordered_map<internal::peer_address, std::size_t, network_hash> counts_;
    std::size_t most_ = 1;
};

bool end_longest_idle(loop_state& home)
{
    auto const idle = home.connections(occupation::idle);
    holders const of(idle);
    std::size_t left = 1 + idle.size() / idle_ones_a_victim;
    bool has_ended_one = false;
    for (auto const& each : idle) {
        if (left == 0)
            break;
        if (!of.holds_most(*each) || !each->end_if_idle())
            continue;
        has_ended_one = true;
        --left;
    }
    return has_ended_one;
}

bool end_slowest_request(loop_state& home)
{
    connection* slowest = nullptr;
    auto const coming_in = home.connections(occupation::reading, compared_requests);
    for (auto const& each : coming_in)
        if (each->time_reading() >= shortest_wait && (!slowest || each->is_slower_than(*slowest)))
            slowest = each.get();
    if (!slowest)
        return false;
    slowest->end_for_room();
    return true;
}

} // namespace

bool make_room(loop_state& home)
{
    return end_longest_idle(home) || end_slowest_request(home);
}

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
