// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/event_id.hpp>
#include <tidings/hub/detail/history.hpp>
#include <tidings/hub/detail/order.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tidings::detail {

class topic_state;

/// The id that a client came back with, or that a page gave: where it leads to.
class client_id
{
public:
    /// For a stream whose topics are of these orders.
    client_id(std::string text, std::span<order const* const> orders);
    client_id(client_id const&) = delete;
    client_id& operator=(client_id const&) = delete;

    /// Where one goes on in all topics of an order.
    struct lead
    {
        std::optional<std::uint64_t> after; ///< behind this number
        gap missing = gap::none;            ///< it leads nowhere, and the client has to be told
        bool is_publishers = false;         ///< the id is that of an event, which one order has
    };
    /// In one of the orders, of which these topics are followed; with the lock held. An order that the id
    /// does not name is new to the client. A publisher's id leads behind its event, in the topic that has it
    /// at the lowest number.
    lead in(order const& numbers, std::span<topic_state* const> topics) const;

private:
    std::string text_;
    std::vector<automatic_id> places_; // views of the text
    bool is_earlier_;
    bool has_stranger_; // it names another order: one of ours may have begun anew
};

} // namespace tidings::detail
