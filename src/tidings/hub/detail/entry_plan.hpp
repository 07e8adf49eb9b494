// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/history.hpp>
#include <tidings/hub/topic_list.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tidings::detail {

struct order;

/// Where an id leads to in an order: one that a client came back with, or that a page gave.
struct lead
{
    /// Behind this number, of which this process may have yet to be told; none: where the list says.
    std::optional<std::uint64_t> after{};
    gap missing = gap::none;    ///< it leads nowhere, and the client has to be told
    bool is_publishers = false; ///< the id is that of an event, which one order has
};

/// The topics of one order that a follower asks for, and where its client goes on in that order.
struct entry_part
{
    order* numbers = nullptr;
    std::vector<listed_topic const*> items{};
    lead by_client{};
    std::vector<bool> moved{}; ///< items that another store had when the client got its id; empty: none

    bool has_moved(std::size_t item) const { return !moved.empty() && moved[item]; }
};

/// The parts of a list, of which the first one begins with the first topic, for a client that comes back with
/// that id. The list outlives them. Throws `std::invalid_argument` for none, and for too many orders.
std::vector<entry_part> plan_entry(std::vector<listed_topic> const& items,
                                   std::optional<std::string> const& last_event_id);

/// Where one of a list begins if its client has no place in it. With the lock held.
lead lead_of(listed_topic const& of);

} // namespace tidings::detail
