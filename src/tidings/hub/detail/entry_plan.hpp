// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tidings/hub/detail/client_id.hpp>
#include <tidings/hub/topic_list.hpp>

#include <optional>
#include <string>
#include <vector>

namespace tidings::detail {

class topic_state;
struct order;

/// The topics that a follower asks for, by their orders, and where its client goes on in each order.
class entry_plan
{
public:
    struct part
    {
        order* numbers = nullptr;
        std::vector<topic_list::item const*> items{};
        std::vector<topic_state*> topics{}; ///< the items'
        client_id::lead lead{};             ///< with none each begins where the list says
    };

    /// The items outlive it. Throws `std::invalid_argument` for none, and for too many orders.
    entry_plan(std::vector<topic_list::item> const& items, std::optional<std::string> const& last_event_id);

    /// The first topic of the list is the first one of the first part.
    std::vector<part> const& parts() const noexcept { return parts_; }

private:
    void follow(std::string const& id);

    std::vector<part> parts_;
};

} // namespace tidings::detail
